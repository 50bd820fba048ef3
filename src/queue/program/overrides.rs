//! Overrides: what people decide against the timetable, for a time.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{ProgramError, Programming};
use crate::model::{MemberChange, Override, OverrideKind, PersonId, QueueAction, Whom, clean, queue_text};

/// Overrides of one queue that hold at once.
const MOST: usize = 500;
/// The longest override.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366);
/// Characters of a note.
const LONGEST_TEXT: usize = 200;
/// Bytes of an interface: `app_queue` keeps no more.
const LONGEST_INTERFACE: usize = 79;

/// What somebody decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOverride {
    /// Whom it is about.
    pub whom: Whom,
    /// What is done.
    pub kind: OverrideKind,
    /// Until when; none: until the end of the shift, or of the time between two.
    pub expires_at: Option<Timestamp>,
    /// Why, in their words.
    pub note: String,
}

impl Programming {
    /// Stores an override, and has the queue looked at. On return it is on disk.
    ///
    /// # Errors
    /// Nobody or no telephone of that name, a time that cannot be, too many; the store does not answer.
    pub async fn overrule(
        &self,
        name: &str,
        new: NewOverride,
        by: &str,
        now: Timestamp,
    ) -> Result<Override, ProgramError> {
        let queue = self.inner.queue(name)?;
        let scene = self.inner.scene(name, queue, now).await?;
        let field = |field, why: &str| Err(ProgramError::Field { field, why: why.to_owned() });
        if scene.overrides.len() >= MOST {
            return field("queue", "it has too many overrides: end some of them");
        }
        match &new.whom {
            Whom::Person(id) => match scene.persons().get(id) {
                None => return field("person", "there is no such person"),
                Some(person) if person.member_interface().is_none() => {
                    return field("person", "has no extension: give the person one");
                }
                Some(_) => {}
            },
            Whom::Interface(interface) if !is_interface(interface) => {
                return field("interface", "a technology and a name, as PJSIP/201 or Local/201@desks/n");
            }
            Whom::Interface(_) => {}
        }
        let expires_at = new.expires_at.unwrap_or(scene.desired.edge);
        if expires_at <= now || expires_at.duration_since(now) > LONGEST {
            return field("expires_at", "a time to come, within a year");
        }
        let kind = match new.kind {
            OverrideKind::Add { penalty } if penalty > 1000 => return field("penalty", "0 to 1000"),
            // A pause of which Asterisk tells another reason than was asked for would never be taken back.
            OverrideKind::Pause { reason } => OverrideKind::Pause { reason: queue_text(&reason) },
            kind => kind,
        };
        let one = Override {
            id: Uuid::now_v7(),
            queue: name.to_owned(),
            whom: new.whom,
            kind,
            by: by.to_owned(),
            note: clean(&new.note, LONGEST_TEXT),
            created_at: as_stored(now),
            expires_at: as_stored(expires_at),
            applied: false,
            settled: false,
        };
        self.inner.store.add_override(&one).await?;
        self.trigger(Some(name));
        Ok(one)
    }

    /// The overrides of a queue that hold, the oldest first.
    ///
    /// # Errors
    /// No timetable fills the queue; the store does not answer.
    pub async fn overrides(&self, name: &str, now: Timestamp) -> Result<Vec<Override>, ProgramError> {
        self.inner.queue(name)?;
        let mut open = self.inner.store.open_overrides(name).await?;
        open.retain(|one| one.holds(now));
        Ok(open)
    }

    /// Ends an override before its time, and has the queue looked at.
    ///
    /// # Errors
    /// There is none of this id that holds; the store does not answer.
    pub async fn end_override(&self, name: &str, id: Uuid, now: Timestamp) -> Result<(), ProgramError> {
        self.inner.queue(name)?;
        if !self.inner.store.end_override(name, id, now).await? {
            return Err(ProgramError::NoOverride);
        }
        self.trigger(Some(name));
        Ok(())
    }

    /// Pauses or resumes a person's telephone at once; `false`: the person has none, or is no member.
    ///
    /// # Errors
    /// How the queue is is not known; Asterisk refused; the store does not answer.
    pub async fn pause(
        &self,
        name: &str,
        person: &PersonId,
        reason: Option<String>,
        by: &str,
    ) -> Result<bool, ProgramError> {
        let persons = self.inner.plans.persons().await?;
        let Some(interface) = persons.get(person).and_then(crate::model::Person::member_interface) else {
            return Ok(false);
        };
        let unknown = || ProgramError::Unknown(name.to_owned());
        let actual = self.inner.hands.snapshot(name).ok_or_else(unknown)?;
        if actual.member(&interface).is_none() {
            return Ok(false);
        }
        let change = reason.map_or(MemberChange::Resume, |reason| MemberChange::Pause { reason });
        let action = QueueAction { queue: name.to_owned(), interface, change };
        self.inner.hands.act(action, by).await.map_err(ProgramError::Refused)?;
        Ok(true)
    }
}

/// To the microsecond, as the store keeps times: whoever made it and whoever reads it are told the same.
pub(super) fn as_stored(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// What can stand in an action of the manager interface, and be dialled.
fn is_interface(text: &str) -> bool {
    text.split_once('/').is_some_and(|(technology, name)| !technology.is_empty() && !name.is_empty())
        && text.len() <= LONGEST_INTERFACE
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/@._-+:*#".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_is_one_telephone() {
        for good in ["PJSIP/201", "PJSIP/*21", "Local/201@desks/n"] {
            assert!(is_interface(good), "{good}");
        }
        for bad in
            ["201", "PJSIP/", "PJSIP/1&PJSIP/2", "PJSIP/1\r\nX: y", &format!("PJSIP/{}", "1".repeat(80))]
        {
            assert!(!is_interface(bad), "{bad}");
        }
    }
}

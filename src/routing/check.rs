//! What a new rule may not be: one that leads back to itself, or names hours that nobody keeps. Pure.

use super::decide::Standing;
use crate::model::{NumberMatch, PhoneNumber, Rule, Target};

/// Why a rule is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {what}")]
pub struct Unfit {
    /// Which field.
    pub field: &'static str,
    /// What is wrong, and how to mend it.
    pub what: String,
}

fn unfit(field: &'static str, what: impl Into<String>) -> Unfit {
    Unfit { field, what: what.into() }
}

/// Checks a rule by itself; two rules that lead to each other are found while calls go: see
/// [`super::Miss::Circle`].
///
/// # Errors
/// The field at fault.
pub(super) fn check(rule: &Rule, standing: &Standing, inbound: &[String]) -> Result<(), Unfit> {
    let matches = &rule.matches;
    if matches.called == Some(NumberMatch::Withheld) {
        return Err(unfit("called", "the called number is never anonymous; leave it out for any"));
    }
    if let Some(hours) = matches.hours.as_ref().filter(|h| !standing.calendars.contains_key(&h.calendar)) {
        let known: Vec<&str> = standing.calendars.keys().map(String::as_str).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        let what = format!(
            "there is no calendar {:?} (there are: {known}); describe it in [routing.hours.{0}]",
            hours.calendar
        );
        return Err(unfit("hours.calendar", what));
    }
    rule.target.check().map_err(|(field, what)| Unfit { field: target_field(field), what })?;
    let is_self = |number: Option<&PhoneNumber>| match (&matches.called, number) {
        (None, _) | (Some(_), None) => true,
        (Some(called), Some(number)) => called.is_of(number.as_str()),
    };
    match &rule.target {
        Target::Extension { context, extension } if inbound.contains(context) => {
            let number = PhoneNumber::parse(extension, None).ok();
            // `s` and the like bring no number: a rule about called numbers does not see them.
            let comes_back =
                if number.is_none() { matches.called.is_none() } else { is_self(number.as_ref()) };
            let what =
                "this leads back to the same rule; name another place, or say which called number is meant";
            if comes_back { Err(unfit("target.extension", what)) } else { Ok(()) }
        }
        // Over the carrier the call would come back to the number that it was for.
        Target::Gateway { number: Some(number), .. } if matches.called.is_some() && is_self(Some(number)) => {
            let what = format!("{number} is what the rule is about: calls would come back to it");
            Err(unfit("target.number", what))
        }
        Target::Gateway { gateway, number: None } if is_from(matches.gateway.as_ref(), gateway) => {
            let what = format!("calls come in by {gateway}, and their number would lead back there");
            Err(unfit("target.gateway", what))
        }
        _ => Ok(()),
    }
}

/// Whether a rule may be about calls that come in by this gateway.
fn is_from(meant: Option<&String>, gateway: &str) -> bool {
    meant.is_none_or(|meant| meant == gateway)
}

fn target_field(field: &'static str) -> &'static str {
    match field {
        "flow" => "target.flow",
        "queue" => "target.queue",
        "context" => "target.context",
        "extension" => "target.extension",
        _ => "target.gateway",
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::{HoursMatch, Matches, Sense};

    fn at_fault(target: &str, matches: Matches) -> Option<&'static str> {
        let rule = Rule {
            id: "a".into(),
            matches,
            priority: 0,
            target: target.parse().unwrap(),
            expires_at: None,
            note: None,
            version: 1,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        };
        let standing = Standing {
            default: "queue:operators".parse().unwrap(),
            blocked: None,
            calendars: std::collections::BTreeMap::new(),
        };
        check(&rule, &standing, &["stasisd-inbound".to_owned()]).err().map(|unfit| unfit.field)
    }

    fn called(text: &str) -> Matches {
        Matches { called: Some(NumberMatch::parse(text, None).unwrap()), ..Matches::default() }
    }

    #[test]
    fn rules_that_lead_to_themselves_are_not_taken() {
        assert_eq!(at_fault("extension:stasisd-inbound,1000", called("1000")), Some("target.extension"));
        assert_eq!(at_fault("extension:stasisd-inbound,1000", called("1*")), Some("target.extension"));
        assert_eq!(at_fault("extension:stasisd-inbound,1000", Matches::default()), Some("target.extension"));
        assert_eq!(at_fault("extension:stasisd-inbound,s", Matches::default()), Some("target.extension"));
        assert_eq!(at_fault("extension:stasisd-inbound,2000", called("1*")), None, "another rule's call");
        assert_eq!(at_fault("extension:reception,1000", called("1000")), None, "another context");
        assert_eq!(at_fault("gateway:north,+34900000001", called("+34900000001")), Some("target.number"));
        assert_eq!(at_fault("gateway:north,+34900000001", called("+34900*")), Some("target.number"));
        assert_eq!(at_fault("gateway:north,+34900000001", called("+34900000002")), None);
        assert_eq!(at_fault("gateway:north", Matches::default()), Some("target.gateway"));
        let by = |gateway: &str| Matches { gateway: Some(gateway.to_owned()), ..Matches::default() };
        assert_eq!(at_fault("gateway:north", by("north")), Some("target.gateway"));
        assert_eq!(at_fault("gateway:north", by("south")), None);
    }

    #[test]
    fn what_cannot_be_is_named() {
        let hours = HoursMatch { calendar: "office".to_owned(), when: Sense::Open };
        let matches = Matches { hours: Some(hours), ..Matches::default() };
        assert_eq!(at_fault("queue:a", matches), Some("hours.calendar"));
        let matches = Matches { called: Some(NumberMatch::Withheld), ..Matches::default() };
        assert_eq!(at_fault("queue:a", matches), Some("called"));
    }
}

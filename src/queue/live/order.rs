//! Moving a caller: which priorities bring one to a place. Asterisk knows no places, only priorities: higher ones
//! first, and among equals who got theirs first.

use crate::ami::Caller;

/// One `QueueChangePriorityCaller`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// The channel's name.
    pub channel_name: String,
    /// Its new priority.
    pub priority: i32,
    /// Moved at once to the place of that priority; else where it is.
    pub immediate: bool,
}

/// What brings the caller with this channel to `position` (1 is first; one behind the last is the last). None: no
/// such caller. Empty: they stand there.
pub(super) fn changes(line: &[Caller], channel: &str, position: u32) -> Option<Vec<Change>> {
    let mut line: Vec<&Caller> = line.iter().collect();
    line.sort_by_key(|caller| caller.position);
    let place = line.iter().position(|caller| caller.channel == channel)?;
    let wanted = usize::try_from(position.max(1) - 1).unwrap_or(usize::MAX).min(line.len() - 1);
    if place == wanted {
        return Some(Vec::new());
    }
    let caller = line.remove(place);
    let (before, after) = line.split_at(wanted);
    let mut changes = Vec::new();
    let priority = match (after.iter().map(|other| other.priority).max(), before.last()) {
        // More than anybody behind, and no more than anybody in front.
        (Some(behind), _) => behind.saturating_add(1),
        (None, Some(last)) => last.priority,
        (None, None) => caller.priority,
    };
    for other in before.iter().filter(|other| other.priority < priority) {
        changes.push(Change { channel_name: other.channel_name.clone(), priority, immediate: false });
    }
    changes.push(Change { channel_name: caller.channel_name.clone(), priority, immediate: true });
    Some(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(priorities: &[i32]) -> Vec<Caller> {
        let callers = (1_u32..).zip(priorities).map(|(position, priority)| Caller {
            queue: "q".to_owned(),
            channel: position.to_string(),
            channel_name: position.to_string(),
            number: None,
            name: None,
            position,
            wait_secs: 0,
            priority: *priority,
        });
        callers.collect()
    }

    /// What Asterisk 22.10.1 does with such a change: an immediate one puts the caller behind all of the same
    /// priority and above.
    fn obey(line: &mut Vec<Caller>, change: &Change) {
        let place = line.iter().position(|caller| caller.channel_name == change.channel_name).unwrap();
        line[place].priority = change.priority;
        if change.immediate {
            let caller = line.remove(place);
            let place = line.iter().take_while(|other| other.priority >= change.priority).count();
            line.insert(place, caller);
        }
    }

    #[test]
    fn anybody_gets_anywhere_and_the_others_keep_their_order() {
        for priorities in [vec![0, 0, 0, 0], vec![9, 5, 5, 0], vec![3, 2, 1, 0], vec![0], vec![0, -2, -2]] {
            for from in 1..=priorities.len() {
                for to in 1..=priorities.len() {
                    let mut callers = line(&priorities);
                    let channel = from.to_string();
                    let position = u32::try_from(to).unwrap();
                    for change in changes(&callers, &channel, position).unwrap() {
                        obey(&mut callers, &change);
                    }
                    let mut wanted: Vec<String> = (1..=priorities.len()).map(|n| n.to_string()).collect();
                    let moved = wanted.remove(from - 1);
                    wanted.insert(to - 1, moved);
                    let seen: Vec<_> = callers.iter().map(|caller| caller.channel.clone()).collect();
                    assert_eq!(seen, wanted, "{priorities:?}: {from} to {to}");
                }
            }
        }
    }

    #[test]
    fn who_is_not_there_is_not_moved() {
        assert_eq!(changes(&line(&[0, 0]), "7", 1), None);
        assert_eq!(changes(&line(&[0, 0]), "2", 99), Some(Vec::new()));
    }
}

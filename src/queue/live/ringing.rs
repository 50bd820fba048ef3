//! Members that are rung: told once for each caller and telephone, however often Asterisk rings it.

use std::{collections::BTreeSet, sync::Arc};

use tokio::sync::broadcast;

use super::Queues;
use crate::ami::Called;

/// Told and not yet heard; who falls behind loses the oldest.
pub(super) const DEPTH: usize = 1024;
/// Pairs that are remembered at most.
const MOST: usize = 50_000;

/// For which caller (a channel) which telephone was rung, as long as the caller waits.
#[derive(Debug, Default)]
pub(super) struct Rung {
    pairs: BTreeSet<(String, String)>,
}

impl Rung {
    /// Whether it rings for the first time.
    fn note(&mut self, called: &Called) -> bool {
        if self.pairs.len() >= MOST {
            self.pairs.clear();
        }
        self.pairs.insert((called.channel.clone(), called.interface.clone()))
    }

    /// Forgets those of callers who wait no longer.
    pub(super) fn keep<'a>(&mut self, waiting: impl Iterator<Item = &'a str>) {
        if !self.pairs.is_empty() {
            let waiting: BTreeSet<&str> = waiting.collect();
            self.pairs.retain(|(channel, _)| waiting.contains(channel.as_str()));
        }
    }
}

impl Queues {
    /// Members that are rung from now on.
    #[must_use]
    pub fn rung(&self) -> broadcast::Receiver<Arc<Called>> {
        self.inner.rung.subscribe()
    }

    pub(super) fn ring(&self, called: Called) {
        if self.board().rung.note(&called) {
            // An error means that nobody wants to know, which is fine.
            let _ = self.inner.rung.send(Arc::new(called));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_telephone_rings_once_for_each_caller() {
        let called = |channel: &str, interface: &str| Called {
            queue: "q".to_owned(),
            channel: channel.to_owned(),
            number: None,
            name: None,
            interface: interface.to_owned(),
        };
        let mut rung = Rung::default();
        let pairs = [("1.1", "PJSIP/1"), ("1.1", "PJSIP/2"), ("1.1", "PJSIP/1"), ("1.2", "PJSIP/1")];
        let first = pairs.map(|(channel, interface)| rung.note(&called(channel, interface)));
        assert_eq!(first, [true, true, false, true]);
        rung.keep(["1.2"].into_iter());
        assert!(rung.note(&called("1.1", "PJSIP/1")), "came again");
        assert!(!rung.note(&called("1.2", "PJSIP/1")));
    }
}

//! Who is being told at this moment, and who asked to be left alone.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;

use super::plan::Host;

/// Of each host that there is something to know of. Clones are one.
#[derive(Clone, Debug, Default)]
pub(super) struct Hosts(Arc<Mutex<HashMap<String, Host>>>);

/// One request under way; dropped when it is over, however it ended.
#[derive(Debug)]
pub(super) struct Busy {
    hosts: Hosts,
    host: String,
}

impl Hosts {
    /// What is known at `now`; what no longer matters is forgotten.
    pub(super) fn known(&self, now: Timestamp) -> HashMap<String, Host> {
        let mut hosts = self.lock();
        hosts.retain(|_, host| host.busy > 0 || host.left_alone.is_some_and(|until| until > now));
        hosts.clone()
    }

    /// A request begins.
    pub(super) fn begin(&self, host: &str) -> Busy {
        self.lock().entry(host.to_owned()).or_default().busy += 1;
        Busy { hosts: self.clone(), host: host.to_owned() }
    }

    /// A host asked to be left alone.
    pub(super) fn leave_alone(&self, host: &str, until: Timestamp) {
        let mut hosts = self.lock();
        let host = hosts.entry(host.to_owned()).or_default();
        host.left_alone = host.left_alone.max(Some(until));
    }

    /// Requests under way.
    pub(super) fn busy(&self) -> u32 {
        self.lock().values().map(|host| host.busy).sum()
    }

    /// Counts cannot be left half written.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Host>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(host) = self.hosts.lock().get_mut(&self.host) {
            host.busy = host.busy.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_while_under_way_and_forgotten_after() {
        let at = |secs| Timestamp::from_second(secs).unwrap();
        let hosts = Hosts::default();
        let (one, two) = (hosts.begin("a"), hosts.begin("a"));
        assert_eq!(hosts.known(at(0)).get("a").map(|host| host.busy), Some(2));
        drop(one);
        hosts.leave_alone("a", at(9));
        hosts.leave_alone("a", at(5));
        drop(two);
        assert_eq!(hosts.busy(), 0);
        assert_eq!(hosts.known(at(8)).get("a"), Some(&Host { busy: 0, left_alone: Some(at(9)) }));
        assert!(hosts.known(at(9)).is_empty());
    }
}

//! How quickly Asterisk answers calls: while it does not, answering goes where nothing waits behind it.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

/// An answer that takes longer shows that Asterisk is behind: it does the answering in the queue of its incoming
/// calls (`pjsip/distributor`), and that is where an overload waits.
const SLOW: Duration = Duration::from_millis(20);
/// One that takes no longer shows that it is not.
const QUICK: Duration = Duration::from_millis(10);
/// Answers on the websocket at once; so few are soon over even if each of them turns out slow.
const ABREAST: usize = 8;

/// The pace of one websocket's Asterisk.
#[derive(Debug, Default)]
pub(super) struct Pace {
    is_slow: AtomicBool,
    under_way: AtomicUsize,
}

/// An answer on its way over the websocket.
#[derive(Debug)]
pub(super) struct OnWebsocket<'a>(&'a Pace);

impl Pace {
    /// Room for one more answer on the websocket, which serves one command after another; none while each of
    /// them would hold up everything that is behind it.
    pub(super) fn room(&self) -> Option<OnWebsocket<'_>> {
        let room = OnWebsocket(self);
        let before = self.under_way.fetch_add(1, Ordering::Relaxed);
        (before < ABREAST && !self.is_slow.load(Ordering::Relaxed)).then_some(room)
    }

    /// Takes note of how long an answer took, by whichever way.
    pub(super) fn took(&self, time: Duration) {
        if time > SLOW {
            self.is_slow.store(true, Ordering::Relaxed);
        } else if time <= QUICK {
            self.is_slow.store(false, Ordering::Relaxed);
        }
    }
}

impl Drop for OnWebsocket<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_at_once() {
        let pace = Pace::default();
        let rooms: Vec<_> = (0..ABREAST).map(|_| pace.room()).collect();
        assert!(rooms.iter().all(Option::is_some) && pace.room().is_none());
        drop(rooms);
        assert!(pace.room().is_some());
    }

    #[test]
    fn none_while_it_is_slow() {
        let pace = Pace::default();
        pace.took(SLOW + QUICK);
        assert!(pace.room().is_none());
        // Neither slow nor quick: as before.
        pace.took(SLOW);
        assert!(pace.room().is_none());
        pace.took(QUICK);
        assert!(pace.room().is_some());
        pace.took(SLOW);
        assert!(pace.room().is_some());
    }
}

//! The dialplan's gate: while we refuse calls it refuses them by itself, which saves Asterisk bringing each to us and back.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::sleep;

use super::door::Door;
use crate::tasks::clock;

/// How long it is shut after a refusal. Short, so that a place that becomes free is soon taken; the next call that is too
/// many shuts it again.
const SHUT: Duration = Duration::from_millis(100);
/// It opens by itself after so many seconds of Asterisk's clock, should we not live to open it.
const BY_ITSELF_SECS: i64 = 2;

/// Whether it is shut.
#[derive(Debug, Default)]
pub(super) struct Gate {
    is_shut: AtomicBool,
}

impl Door {
    /// Shuts the gate for a moment, unless it is shut already.
    pub(super) fn shut_gate(&self) {
        if self.gate.is_shut.swap(true, Ordering::AcqRel) {
            return;
        }
        let (ari, gate, name) =
            (self.services.ari.clone(), Arc::clone(&self.gate), variable(&self.services.app));
        self.tracker.spawn(async move {
            let until = clock::now().as_second() + BY_ITSELF_SECS;
            // One that cannot be shut is open: each call is refused by us.
            let shut = ari.set_global(&name, Some(&until.to_string())).await;
            sleep(SHUT).await;
            if shut.is_ok()
                && let Err(error) = ari.set_global(&name, Some("0")).await
            {
                tracing::debug!(%error, "the dialplan's gate opens by itself");
            }
            gate.is_shut.store(false, Ordering::Release);
        });
    }
}

/// The dialplan's global that says until when (seconds since 1970) it refuses calls of this application.
fn variable(app: &str) -> String {
    format!("STASISD_CLOSED_{app}")
}

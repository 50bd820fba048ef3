//! Metrics of the connection. Handles are made once, not looked up by name on each event.

use std::{collections::HashMap, time::Duration};

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use super::{AmiError, decode::USED};

/// All of them.
pub(super) struct Meters {
    events: HashMap<&'static str, Counter>,
    unknown: Counter,
    pub(super) malformed: Counter,
    pub(super) overruns: Counter,
    pub(super) reconnects: Counter,
    pub(super) connected: Gauge,
    seconds: Histogram,
}

impl Meters {
    /// Registers them with the recorder that is installed at this moment.
    pub(super) fn new() -> Self {
        let events = USED.iter().map(|kind| (*kind, counter!("stasisd_ami_events_total", "type" => *kind)));
        Self {
            events: events.collect(),
            unknown: counter!("stasisd_ami_unused_events_total"),
            malformed: counter!("stasisd_ami_malformed_messages_total"),
            overruns: counter!("stasisd_ami_overruns_total"),
            reconnects: counter!("stasisd_ami_reconnects_total"),
            connected: gauge!("stasisd_ami_connected"),
            seconds: histogram!("stasisd_ami_action_seconds"),
        }
    }

    /// Counts an event by its kind; kinds that we do not use are one counter, for their names are not ours to choose.
    pub(super) fn event(&self, kind: &str) {
        self.events.get(kind).unwrap_or(&self.unknown).increment(1);
    }

    /// Counts an action and its time.
    pub(super) fn action(&self, error: Option<&AmiError>, took: Duration) {
        // Few in a second: looked up by name.
        let outcome = error.map_or("answered", AmiError::label);
        counter!("stasisd_ami_actions_total", "outcome" => outcome).increment(1);
        self.seconds.record(took);
    }
}

//! Metrics of the connection. Handles are made once, not looked up by name on each event.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use super::{AriError, Cause, EVENTS_USED, Event, Reaction, command::Way, event::EVENTS_DROPPED};

/// A status, or the word for an error.
type Outcome = Result<u16, &'static str>;

/// All of them.
pub(super) struct Meters {
    events: HashMap<&'static str, Counter>,
    pub(super) unknown: Counter,
    pub(super) malformed: Counter,
    pub(super) overruns: Counter,
    pub(super) reconnects: Counter,
    pub(super) connected: Gauge,
    seconds: [Histogram; 2],
    reactions: [Histogram; 2],
    requests: Mutex<HashMap<(Way, Outcome), Counter>>,
}

impl Meters {
    /// Registers them with the recorder that is installed at this moment.
    pub(super) fn new() -> Self {
        let kinds = EVENTS_USED.iter().chain(&EVENTS_DROPPED);
        let events =
            kinds.map(|kind| (*kind, counter!("stasisd_ari_events_total", "type" => *kind))).collect();
        let seconds = |way| histogram!("stasisd_ari_request_seconds", "way" => way);
        let reactions = |what| histogram!("stasisd_reaction_seconds", "what" => what);
        Self {
            events,
            unknown: counter!("stasisd_ari_unknown_events_total"),
            malformed: counter!("stasisd_ari_malformed_frames_total"),
            overruns: counter!("stasisd_ari_overruns_total"),
            reconnects: counter!("stasisd_ari_reconnects_total"),
            connected: gauge!("stasisd_ari_connected"),
            seconds: [seconds(name(Way::Websocket)), seconds(name(Way::Http))],
            reactions: [reactions("start"), reactions("key")],
            requests: Mutex::default(),
        }
    }

    /// Counts an event by its kind; kinds that we do not know are one label, for they are not ours to choose.
    pub(super) fn event(&self, kind: &str) {
        self.events.get(kind).unwrap_or(&self.unknown).increment(1);
    }

    /// Tells how long a reaction took that is done at this moment.
    pub(super) fn reaction(&self, reaction: &Reaction) {
        let [start, key] = &self.reactions;
        let histogram = match reaction.cause {
            Cause::Start => start,
            Cause::Key => key,
        };
        histogram.record(reaction.took(Instant::now()));
    }

    /// Counts a request and its time.
    pub(super) fn request(&self, way: Way, outcome: Result<u16, &AriError>, took: Duration) {
        let key = (way, outcome.map_err(AriError::label));
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let counter = requests.entry(key).or_insert_with(|| {
            let status = key.1.map_or_else(ToOwned::to_owned, |status| status.to_string());
            counter!("stasisd_ari_requests_total", "status" => status, "way" => name(way))
        });
        counter.increment(1);
        drop(requests);
        let [websocket, http] = &self.seconds;
        match way {
            Way::Websocket => websocket.record(took),
            Way::Http => http.record(took),
        }
    }
}

fn name(way: Way) -> &'static str {
    match way {
        Way::Websocket => "websocket",
        Way::Http => "http",
    }
}

/// The event's name in ARI.
pub(super) fn kind(event: &Event) -> &str {
    match event {
        Event::StasisStart { .. } => "StasisStart",
        Event::StasisEnd { .. } => "StasisEnd",
        Event::ChannelDtmfReceived { .. } => "ChannelDtmfReceived",
        Event::PlaybackStarted { .. } => "PlaybackStarted",
        Event::PlaybackFinished { .. } => "PlaybackFinished",
        Event::RecordingStarted { .. } => "RecordingStarted",
        Event::RecordingFinished { .. } => "RecordingFinished",
        Event::RecordingFailed { .. } => "RecordingFailed",
        Event::ChannelDestroyed { .. } => "ChannelDestroyed",
        Event::ChannelHangupRequest { .. } => "ChannelHangupRequest",
        Event::ChannelStateChange { .. } => "ChannelStateChange",
        Event::Dial { .. } => "Dial",
        Event::ChannelEnteredBridge { .. } => "ChannelEnteredBridge",
        Event::ChannelLeftBridge { .. } => "ChannelLeftBridge",
        Event::BridgeDestroyed { .. } => "BridgeDestroyed",
        Event::ChannelTransfer { .. } => "ChannelTransfer",
        Event::ChannelHold { .. } => "ChannelHold",
        Event::ChannelUnhold { .. } => "ChannelUnhold",
        Event::ApplicationReplaced => "ApplicationReplaced",
        Event::Unknown { .. } => "",
    }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    #[test]
    fn what_an_operator_sees() {
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || {
            let meters = Meters::new();
            meters.event("StasisStart");
            meters.event("a kind that nobody knows");
            meters.request(Way::Websocket, Ok(204), Duration::from_millis(1));
            meters.request(Way::Http, Err(&AriError::Deadline), Duration::from_secs(5));
            meters.connected.set(1.0);
        });
        let page = recorder.handle().render();
        for line in [
            r#"stasisd_ari_events_total{type="StasisStart"} 1"#,
            "stasisd_ari_unknown_events_total 1",
            r#"stasisd_ari_requests_total{status="204",way="websocket"} 1"#,
            r#"stasisd_ari_requests_total{status="deadline",way="http"} 1"#,
            r#"stasisd_ari_request_seconds_count{way="http"} 1"#,
            "stasisd_ari_connected 1",
        ] {
            assert!(page.contains(line), "no {line} in\n{page}");
        }
        assert!(!page.contains("nobody knows"), "a kind of Asterisk's choosing became a label");
    }
}

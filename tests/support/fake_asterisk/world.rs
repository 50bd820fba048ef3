//! What the pretend Asterisk holds: channels, playbacks, bridges, and what befalls them.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

use super::{Faults, Seen, frames};

/// One channel.
pub struct Channel {
    pub state: String,
    pub number: String,
    pub created: String,
    pub in_stasis: bool,
    /// The daemon dialled it, so that its events are sent also when it is not in the application.
    pub dialled: bool,
    pub variables: BTreeMap<String, String>,
    /// Playbacks: the first one runs, the others wait, as in Asterisk.
    pub playbacks: VecDeque<Value>,
}

/// Everything.
#[derive(Default)]
pub struct World {
    pub faults: Faults,
    pub channels: BTreeMap<String, Channel>,
    pub bridges: BTreeMap<String, Vec<String>>,
    pub recordings: BTreeMap<String, Value>,
    /// The dialplan's global variables.
    pub globals: BTreeMap<String, String>,
    pub seen: Vec<Seen>,
    /// The websocket that has the application.
    pub listener: Option<mpsc::UnboundedSender<Message>>,
    /// Counts websockets that were opened.
    pub opened: usize,
    pub pings: usize,
    /// HTTP requests that it is at, and the most there ever were at once.
    pub at_once: usize,
    pub most_at_once: usize,
}

impl World {
    /// Sends an event to whoever has the application. Without one it is lost, as in Asterisk.
    pub fn emit(&self, event: &Value) -> bool {
        self.raw(event.to_string())
    }

    /// Sends any text.
    pub fn raw(&self, text: String) -> bool {
        self.listener.as_ref().is_some_and(|listener| listener.send(Message::text(text)).is_ok())
    }

    /// A channel as Asterisk shows it.
    pub fn show(&self, id: &str) -> Option<Value> {
        let channel = self.channels.get(id)?;
        let mut shown = frames::channel(id, &channel.state, &channel.number, &channel.created);
        if channel.in_stasis {
            shown["dialplan"]["app_name"] = json!("Stasis");
        } else if channel.dialled && channel.state != "Up" {
            shown["dialplan"]["app_name"] = json!("AppDial2");
        } else {
            shown["dialplan"]["app_name"] = json!("Wait");
        }
        shown["channelvars"] = json!(channel.variables);
        Some(shown)
    }

    /// Sets a global variable, by its name or by the function `GLOBAL`; an empty one is none.
    pub fn set_global(&mut self, name: &str, value: &str) {
        let plain = name.strip_prefix("GLOBAL(").and_then(|name| name.strip_suffix(')')).unwrap_or(name);
        if value.is_empty() {
            self.globals.remove(plain);
        } else {
            self.globals.insert(plain.to_owned(), value.to_owned());
        }
    }

    /// Makes a channel; it is in no application yet. `dialled`: by the daemon.
    pub fn add(&mut self, id: &str, state: &str, number: &str, dialled: bool) {
        let channel = Channel {
            state: state.to_owned(),
            number: number.to_owned(),
            created: frames::now(),
            in_stasis: false,
            dialled,
            variables: BTreeMap::new(),
            playbacks: VecDeque::new(),
        };
        self.channels.insert(id.to_owned(), channel);
    }

    /// The channel enters the application. False (and nothing) while no websocket has it: `STASISSTATUS=FAILED`.
    pub fn enter(&mut self, id: &str, args: &[&str]) -> bool {
        if self.listener.is_none() {
            return false;
        }
        if let Some(channel) = self.channels.get_mut(id) {
            channel.in_stasis = true;
        }
        let shown = self.show(id).expect("a channel");
        let mut start = frames::of_channel("StasisStart", &shown);
        start["args"] = json!(args);
        self.emit(&start)
    }

    /// The channel has another state now.
    pub fn set_state(&mut self, id: &str, state: &str) {
        let changed = self.channels.get_mut(id).filter(|channel| channel.state != state);
        if let Some(channel) = changed {
            state.clone_into(&mut channel.state);
            let shown = self.show(id).expect("a channel");
            self.emit(&frames::of_channel("ChannelStateChange", &shown));
        }
    }

    /// The channel leaves the application and goes on in the dialplan.
    pub fn leave(&mut self, id: &str) {
        let Some(shown) = self.show(id) else { return };
        if let Some(channel) = self.channels.get_mut(id).filter(|channel| channel.in_stasis) {
            channel.in_stasis = false;
            self.emit(&frames::of_channel("StasisEnd", &shown));
        }
    }

    /// The channel ends. `soft`: by command of a client. `ChannelDestroyed` is told only of channels that the
    /// daemon dialled: one that came by itself is watched no more after `StasisEnd`.
    pub fn end(&mut self, id: &str, cause: i32, tech_cause: Option<i32>, soft: bool) {
        let Some(shown) = self.show(id) else { return };
        let mut request = frames::of_channel("ChannelHangupRequest", &shown);
        if !soft {
            // A BYE, as it was seen: neither field.
            let fields = request.as_object_mut().expect("an object");
            fields.remove("cause");
            fields.remove("soft");
        }
        let dialled = self.channels.get(id).is_some_and(|channel| channel.dialled);
        if dialled || self.channels.get(id).is_some_and(|channel| channel.in_stasis) {
            self.emit(&request);
        }
        while self.finish(id, "done").is_some() {}
        let shown = self.show(id).expect("a channel");
        self.leave(id);
        self.channels.remove(id);
        for members in self.bridges.values_mut() {
            members.retain(|member| member != id);
        }
        let mut destroyed = frames::of_channel("ChannelDestroyed", &shown);
        destroyed["cause"] = json!(cause);
        if let Some(code) = tech_cause {
            destroyed["tech_cause"] = json!(code);
        }
        if dialled {
            self.emit(&destroyed);
        }
    }

    /// Queues a playback. True if it runs at once.
    pub fn queue(&mut self, id: &str, playback: Value) -> bool {
        let Some(channel) = self.channels.get_mut(id) else { return false };
        channel.playbacks.push_back(playback);
        channel.playbacks.len() == 1
    }

    /// The first playback of a channel begins. Gives its id and how long it runs.
    pub fn begin(&mut self, id: &str) -> Option<(String, Duration)> {
        let length = self.faults.playback;
        let first = self.channels.get_mut(id)?.playbacks.front_mut()?;
        first["state"] = json!("playing");
        let first = first.clone();
        self.emit(&frames::playback("PlaybackStarted", &first));
        Some((first["id"].as_str().expect("an id").to_owned(), length))
    }

    /// The first playback of a channel is over.
    pub fn finish(&mut self, id: &str, state: &str) -> Option<()> {
        let mut first = self.channels.get_mut(id)?.playbacks.pop_front()?;
        first["state"] = json!(state);
        self.emit(&frames::playback("PlaybackFinished", &first));
        Some(())
    }

    /// The channel that a playback is for.
    pub fn playing(&self, playback: &str) -> Option<String> {
        let plays = |channel: &Channel| channel.playbacks.iter().any(|one| one["id"] == playback);
        self.channels.iter().find(|(_, channel)| plays(channel)).map(|(id, _)| id.clone())
    }
}

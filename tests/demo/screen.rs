//! What the demonstration shows: the transcript as it happens, and the API's view of the calls.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tokio::sync::mpsc;

use crate::support::api::Sent;

/// Prints events as a transcript.
#[derive(Clone)]
pub struct Screen {
    people: Vec<(&'static str, &'static str)>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Number by call id.
    people: HashMap<String, String>,
    /// What each number was told.
    said: HashMap<String, Vec<String>>,
}

impl Screen {
    /// A screen that knows the names of these numbers.
    pub fn new(people: Vec<(&'static str, &'static str)>) -> Self {
        Self { people, state: Arc::default() }
    }

    /// Prints events as they come.
    pub fn follow(&self, mut events: mpsc::UnboundedReceiver<Sent>) {
        let screen = self.clone();
        tokio::spawn(async move {
            while let Some(sent) = events.recv().await {
                screen.show(&sent);
            }
        });
    }

    /// Prints something that is no event.
    pub fn note(&self, text: &str) {
        println!("  {:>12}  ** {text} **", "");
    }

    /// What was said to somebody, in order.
    pub fn said(&self, number: &str) -> Vec<String> {
        self.state.lock().unwrap().said.get(number).cloned().unwrap_or_default()
    }

    fn show(&self, sent: &Sent) {
        let Some(call) = sent.data["call"].as_str() else { return };
        let data = &sent.data["data"];
        let mut state = self.state.lock().unwrap();
        let is_ours = data["direction"] == "outbound";
        if let Some(number) = data[if is_ours { "called" } else { "caller" }].as_str() {
            state.people.insert(call.to_owned(), number.to_owned());
        }
        let number = state.people.get(call).cloned().unwrap_or_default();
        let text = |key: &str| data[key].as_str().unwrap_or_default().to_owned();
        let line = match sent.kind.as_str() {
            "call.started" if is_ours => format!("is called by {}; flow {}", text("caller"), text("flow")),
            "call.started" => format!("calls {}; flow {}", text("called"), text("flow")),
            "call.step" => return,
            "call.said" => {
                state.said.entry(number.clone()).or_default().push(text("text"));
                let part = match text("heard").as_str() {
                    "part" => " (interrupted)",
                    "nothing" => " (no voice)",
                    _ => "",
                };
                format!("hears    \"{}\"{part}", text("text"))
            }
            "call.key" => format!("presses  {}", text("digit")),
            "attempt.changed" => match data["state"].as_str() {
                Some("ended") => format!("the ledger: attempt {} {}", data["attempt"], text("reach")),
                Some(state) => format!("the ledger: attempt {} {state}", data["attempt"]),
                None => return,
            },
            "call.taken_up" => {
                format!("is taken up at the step \"{}\" after a {}", text("step"), text("why"))
            }
            "call.ended" => format!("ends: {} {}", text("disposition"), text("detail")),
            _ => return,
        };
        let name = self.people.iter().find(|(known, _)| *known == number).map_or("?", |(_, name)| name);
        let at = sent.data["at"].as_str().unwrap_or_default();
        println!("  {:>12}  {name:<6} {line}", at.get(11..23).unwrap_or_default());
    }

    /// The API's view of the calls.
    pub fn table(&self, calls: &Value) -> String {
        let mut text = "demo: what GET /v1/calls says of them\n".to_owned();
        text += &format!(
            "      {:<14} {:<8} {:<12} {:<12} {:<9}\n",
            "who", "state", "step", "disposition", "taken up"
        );
        for call in calls["items"].as_array().into_iter().flatten().rev() {
            let word = |key: &str| call[key].as_str().unwrap_or("-").to_owned();
            text += &format!(
                "      {:<14} {:<8} {:<12} {:<12} {}\n",
                word(if call["direction"] == "outbound" { "called" } else { "caller" }),
                word("state"),
                word("step"),
                word("disposition"),
                call["taken_up"]
            );
        }
        text
    }
}

//! What the demonstration shows: the transcript as it happens, and the API's view of the calls.

use std::{
    collections::{HashMap, HashSet},
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
    callers: HashMap<String, String>,
    /// Numbers of those who heard something.
    heard: HashSet<String>,
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

    /// Whether a caller heard something.
    pub fn heard(&self, number: &str) -> bool {
        self.state.lock().unwrap().heard.contains(number)
    }

    fn show(&self, sent: &Sent) {
        let Some(call) = sent.data["call"].as_str() else { return };
        let data = &sent.data["data"];
        let mut state = self.state.lock().unwrap();
        if let Some(number) = data["caller"].as_str() {
            state.callers.insert(call.to_owned(), number.to_owned());
        }
        let number = state.callers.get(call).cloned().unwrap_or_default();
        let text = |key: &str| data[key].as_str().unwrap_or_default().to_owned();
        let line = match sent.kind.as_str() {
            "call.started" => format!("calls {}; flow {}", text("called"), text("flow")),
            "call.step" => return,
            "call.said" => {
                state.heard.insert(number.clone());
                let part = match text("heard").as_str() {
                    "part" => " (interrupted)",
                    "nothing" => " (no voice)",
                    _ => "",
                };
                format!("hears    \"{}\"{part}", text("text"))
            }
            "call.key" => format!("presses  {}", text("digit")),
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
            "caller", "state", "step", "disposition", "taken up"
        );
        for call in calls["items"].as_array().into_iter().flatten().rev() {
            let word = |key: &str| call[key].as_str().unwrap_or("-").to_owned();
            text += &format!(
                "      {:<14} {:<8} {:<12} {:<12} {}\n",
                word("caller"),
                word("state"),
                word("step"),
                word("disposition"),
                call["taken_up"]
            );
        }
        text
    }
}

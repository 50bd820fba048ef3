//! Checks a flow against what is around it: the other flows, the settings, the recorded prompts.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use serde_json::Value;

use super::{
    check,
    parts::{Flow, Spot},
    problem::{Problem, Severity, did_you_mean},
    reads,
    text::Text,
};
use crate::model::Facts;

/// What is around a flow.
#[derive(Debug)]
pub(super) struct Surroundings<'s> {
    /// All flows.
    pub flows: &'s [Arc<Flow>],
    /// `[flows.settings]`.
    pub settings: &'s Facts,
    /// Where recorded prompts are.
    pub sounds: Option<&'s Path>,
}

/// What is wrong between a flow and what is around it.
pub(super) fn check(flow: &Flow, file: &str, around: &Surroundings) -> Vec<Problem> {
    let flows: Vec<&Flow> = around.flows.iter().map(AsRef::as_ref).collect();
    let mut problems = check::among(flow, file, &flows);
    let mut warn = |at: &Spot, message: String| {
        let file = file.to_owned();
        problems.push(Problem {
            severity: Severity::Warning,
            file,
            line: at.line,
            key: at.key.clone(),
            message,
        });
    };
    for read in reads::of_flow(flow).reads {
        let Some(name) = read.name.strip_prefix("settings.") else { continue };
        let name = name.split('.').next().unwrap_or(name);
        if !around.settings.contains_key(name) {
            let near = did_you_mean(name, around.settings.keys().map(String::as_str));
            warn(&read.at, format!("[flows.settings] of the configuration has no \"{name}\"{near}"));
        }
    }
    if let Some(sounds) = around.sounds {
        let said =
            flow.steps.values().flat_map(|step| reads::texts(&step.act)).chain(flow.templates.phrases());
        for text in said {
            for (language, name) in missing(flow, text, sounds) {
                let path = sounds.join(&language).join(format!("{name}.wav"));
                warn(&text.at, format!("the recorded prompt {} is not there", path.display()));
            }
        }
    }
    problems.sort_by(|a, b| (a.line, &a.key, &a.message).cmp(&(b.line, &b.key, &b.message)));
    problems.dedup();
    problems
}

/// Recorded prompts that have no file, with the language in which they lack.
fn missing(flow: &Flow, text: &Text, sounds: &Path) -> Vec<(String, String)> {
    let all = flow.languages.iter().flat_map(|l| text.recorded.iter().map(move |name| (l, name)));
    let lacking = all.filter(|(language, name)| {
        let stem = sounds.join(language).join(name);
        !["wav", "wav16", "ulaw", "alaw", "gsm", "sln", "g722"]
            .iter()
            .any(|e| stem.with_extension(e).is_file())
    });
    lacking.map(|(language, name)| (language.clone(), name.clone())).collect()
}

/// The settings as texts see them.
pub(super) fn settings(settings: &BTreeMap<String, toml::Value>) -> Facts {
    let json = |value: &toml::Value| serde_json::to_value(value).unwrap_or(Value::Null);
    settings.iter().map(|(name, value)| (name.clone(), json(value))).collect()
}

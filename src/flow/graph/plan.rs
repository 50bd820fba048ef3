//! What is drawn: boxes with their words, and arrows with their keys. The same for every form of picture.

use std::collections::BTreeMap;

use crate::flow::{
    parts::{Act, Flow, Step, Target},
    reads,
};

/// Longest text on an arrow, and in a box, in characters.
const ARROW: usize = 28;
const LINE: usize = 34;
const LINES: usize = 3;

/// A box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The step's name.
    pub title: String,
    /// `say`, `menu`, …; `start`, `anytime`, `fault` or `flow` for what is no step.
    pub kind: &'static str,
    /// The first words, a few short lines.
    pub lines: Vec<String>,
}

/// An arrow between two boxes, by their places in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arrow {
    pub from: usize,
    pub to: usize,
    pub label: String,
    pub is_dashed: bool,
}

/// A whole picture.
#[derive(Clone, Debug, Default)]
pub(super) struct Picture {
    pub blocks: Vec<Block>,
    pub arrows: Vec<Arrow>,
}

impl Picture {
    /// The picture of a flow: one arrow between two boxes, however many keys lead along it.
    pub fn of(flow: &Flow) -> Self {
        let mut picture = Self::default();
        let mut places = BTreeMap::new();
        picture.blocks.push(Block { title: flow.name.clone(), kind: "start", lines: Vec::new() });
        for (name, step) in &flow.steps {
            places.insert((None, name.clone()), picture.blocks.len());
            picture.blocks.push(Block { title: name.clone(), kind: step.kind(), lines: words(flow, step) });
        }
        picture.lead(&mut places, 0, "", &flow.start);
        for (place, step) in flow.steps.values().enumerate() {
            for (label, target) in step.exits() {
                picture.lead(&mut places, place + 1, &label, target);
            }
        }
        if !flow.anytime.is_empty() {
            let place = picture.beside("at any time", "anytime");
            for (key, target) in &flow.anytime {
                picture.lead(&mut places, place, &key.to_string(), target);
            }
        }
        if let Some(target) = &flow.on_fault {
            let place = picture.beside("on a fault", "fault");
            picture.lead(&mut places, place, "", target);
        }
        picture
    }

    fn beside(&mut self, title: &str, kind: &'static str) -> usize {
        self.blocks.push(Block { title: title.to_owned(), kind, lines: Vec::new() });
        self.blocks.len() - 1
    }

    fn lead(
        &mut self,
        places: &mut BTreeMap<(Option<String>, String), usize>,
        from: usize,
        label: &str,
        target: &Target,
    ) {
        let key = (target.flow.clone(), target.step.clone());
        let to = *places.entry(key).or_insert_with(|| {
            let title = match &target.flow {
                Some(flow) => format!("{flow}:{}", target.step),
                None => target.step.clone(),
            };
            self.blocks.push(Block { title, kind: "flow", lines: Vec::new() });
            self.blocks.len() - 1
        });
        let is_dashed = matches!(self.blocks[from].kind, "anytime" | "fault");
        let label = shorten(label, ARROW);
        match self.arrows.iter_mut().find(|arrow| arrow.from == from && arrow.to == to) {
            Some(arrow) => arrow.label = [arrow.label.as_str(), &label].join(", "),
            None => self.arrows.push(Arrow { from, to, label, is_dashed }),
        }
    }
}

/// The first words of a step: what is said in the flow's first language, else what it does.
fn words(flow: &Flow, step: &Step) -> Vec<String> {
    if !step.note.is_empty() {
        return wrap(&step.note);
    }
    let language = flow.languages.first().map(String::as_str).unwrap_or_default();
    let said = reads::texts(&step.act).into_iter().find_map(|text| text.template(language));
    let text = match (&step.act, said) {
        (Act::Webhook(hook), _) => hook.url.source().to_owned(),
        (Act::Dial(dial), _) => dial.to.source().to_owned(),
        (Act::Lookup(lookup), _) => {
            format!("{} → {}", format!("{:?}", lookup.source).to_lowercase(), lookup.into)
        }
        (Act::Contact(lookup), _) => format!("contact → {}", lookup.into),
        (Act::Set(set), _) => set.set.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "),
        (_, Some(template)) => format!("“{}”", plain(template.source())),
        _ => String::new(),
    };
    wrap(&text)
}

/// A text with `{name}` where something is filled in, and without the marks that say when.
fn plain(source: &str) -> String {
    let mut text = String::new();
    let mut rest = source;
    while let Some(open) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        text.push_str(&rest[..open]);
        let is_value = rest[open..].starts_with("{{");
        let (inner, after) =
            rest[open + 2..].split_once(if is_value { "}}" } else { "%}" }).unwrap_or_default();
        if is_value {
            text.extend(["{", value_name(inner), "}"]);
        }
        rest = after;
    }
    text + rest
}

/// `order.id` of `order.id | digits`, `status` of `phrase('status', …)`.
fn value_name(inner: &str) -> &str {
    let phrase = inner.trim().strip_prefix("phrase(").and_then(|rest| rest.split(['\'', '"']).nth(1));
    phrase.unwrap_or_else(|| inner.split('|').next().unwrap_or(inner).trim())
}

fn wrap(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let fits = |line: &String| line.chars().count() + word.chars().count() < LINE;
        let is_last = lines.len() == LINES;
        match lines.last_mut() {
            Some(line) if fits(line) => *line = format!("{line} {word}"),
            Some(line) if is_last => {
                line.push_str(" …");
                break;
            }
            _ => lines.push(shorten(word, LINE)),
        }
    }
    lines
}

fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{kept}…")
}

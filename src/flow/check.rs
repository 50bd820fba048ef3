//! What must be true of a flow beyond its syntax: every step can be reached, every step leads out,
//! every variable is set somewhere.

use std::collections::{BTreeSet, VecDeque};

use super::{
    parts::{Act, Flow, Spot, Target},
    problem::{Problem, Severity, did_you_mean},
    reads,
    text::root,
};

/// Names that every text sees.
const KNOWN: [&str; 6] = ["caller", "call", "vars", "settings", "now", "language"];

/// Checks one flow by itself.
pub(super) fn flow(flow: &Flow, file: &str) -> Vec<Problem> {
    let mut checker = Checker { flow, file, problems: Vec::new() };
    checker.targets();
    checker.no_way_out();
    checker.variables();
    checker.anytime();
    checker.problems
}

/// Checks what needs the other flows too: their steps that are named here, and steps that nothing reaches.
pub(super) fn among(flow: &Flow, file: &str, others: &[&Flow]) -> Vec<Problem> {
    let mut checker = Checker { flow, file, problems: Vec::new() };
    for target in flow.targets() {
        let Some(name) = &target.flow else { continue };
        match others.iter().find(|other| other.name == *name) {
            None => {
                let near = did_you_mean(name, others.iter().map(|other| other.name.as_str()));
                checker.error(&target.at, format!("there is no flow \"{name}\"{near}"));
            }
            Some(other) if !other.steps.contains_key(&target.step) => {
                let near = did_you_mean(&target.step, other.steps.keys().map(String::as_str));
                checker.error(&target.at, format!("flow \"{name}\" has no step \"{}\"{near}", target.step));
            }
            Some(_) => {}
        }
    }
    checker.unreachable(others);
    checker.problems
}

struct Checker<'f> {
    flow: &'f Flow,
    file: &'f str,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn error(&mut self, at: &Spot, message: String) {
        self.problem(Severity::Error, at, message);
    }

    fn problem(&mut self, severity: Severity, at: &Spot, message: String) {
        let file = self.file.to_owned();
        self.problems.push(Problem { severity, file, line: at.line, key: at.key.clone(), message });
    }

    /// Every exit leads to a step that exists.
    fn targets(&mut self) {
        let flow = self.flow;
        for target in flow.targets().filter(|target| target.flow.is_none()) {
            // An empty name was told already: the key is missing.
            if !target.step.is_empty() && !flow.steps.contains_key(&target.step) {
                let near = did_you_mean(&target.step, flow.steps.keys().map(String::as_str));
                self.error(&target.at, format!("there is no step \"{}\"{near}", target.step));
            }
        }
    }

    /// From every step a hangup, a transfer or another flow can be reached.
    fn no_way_out(&mut self) {
        let flow = self.flow;
        let leads_out = |target: &Target, out: &BTreeSet<&str>| {
            target.flow.is_some()
                || out.contains(target.step.as_str())
                || !flow.steps.contains_key(&target.step)
        };
        let mut out: BTreeSet<&str> = BTreeSet::new();
        loop {
            let more = flow.steps.iter().filter(|(name, step)| {
                let exits = step.exits();
                !out.contains(name.as_str())
                    && (step.is_way_out() || exits.iter().any(|(_, target)| leads_out(target, &out)))
            });
            let more: Vec<&str> = more.map(|(name, _)| name.as_str()).collect();
            if more.is_empty() {
                break;
            }
            out.extend(more);
        }
        for (name, step) in flow.steps.iter().filter(|(name, _)| !out.contains(name.as_str())) {
            let what = format!(
                "from step \"{name}\" no hangup and no transfer can be reached: callers would go round for ever"
            );
            self.error(&step.at, what);
        }
    }

    /// Steps that nothing leads to: from the start, a key at any time, a fault, or another flow.
    fn unreachable(&mut self, others: &[&Flow]) {
        let flow = self.flow;
        let from_others = others.iter().flat_map(|other| other.targets());
        let from_others = from_others.filter(|target| target.flow.as_deref() == Some(flow.name.as_str()));
        let entries = [&flow.start].into_iter().chain(flow.anytime.values()).chain(&flow.on_fault);
        let mut waiting: VecDeque<&str> =
            entries.chain(from_others).map(|target| target.step.as_str()).collect();
        let mut reached = BTreeSet::new();
        while let Some(name) = waiting.pop_front() {
            if let Some(step) = flow.steps.get(name).filter(|_| reached.insert(name)) {
                waiting.extend(step.exits().into_iter().map(|(_, target)| target.step.as_str()));
            }
        }
        for (name, step) in flow.steps.iter().filter(|(name, _)| !reached.contains(name.as_str())) {
            self.problem(
                Severity::Warning,
                &step.at,
                format!("no step leads to \"{name}\": remove it, or lead there"),
            );
        }
    }

    /// Keys that mean one thing in a question and another at any time.
    fn anytime(&mut self) {
        let flow = self.flow;
        for step in flow.steps.values() {
            match &step.act {
                Act::Menu(menu) => {
                    let listed = menu.list.iter().flat_map(|_| '1'..='9');
                    for key in listed.chain(menu.keys.keys().copied()) {
                        let same =
                            menu.keys.get(&key).map(|t| &t.step) == flow.anytime.get(&key).map(|t| &t.step);
                        if flow.anytime.contains_key(&key) && !same {
                            self.error(&step.at.with("keys").with(&key.to_string()), conflict(key));
                        }
                    }
                    for key in
                        menu.keys.keys().filter(|key| menu.list.is_some() && ('1'..='9').contains(*key))
                    {
                        let what = "the keys 1 to 9 belong to the items of the list".to_owned();
                        self.error(&step.at.with("keys").with(&key.to_string()), what);
                    }
                }
                Act::Collect(collect) => {
                    let terminator = collect.terminator.filter(|key| flow.anytime.contains_key(key));
                    if let Some(key) = terminator {
                        self.error(&step.at.with("terminator"), conflict(key));
                    }
                    if let Some(digit) = flow.anytime.keys().find(|key| key.is_ascii_digit()) {
                        self.error(&step.at, conflict(*digit));
                    }
                }
                _ => {}
            }
        }
    }

    /// Every variable that a text reads is set by some step, declared, or known to all texts.
    fn variables(&mut self) {
        let flow = self.flow;
        let mut set: BTreeSet<&str> = flow.needs.iter().map(String::as_str).collect();
        set.extend(flow.vars.keys().map(String::as_str));
        set.extend(flow.steps.values().flat_map(|step| sets(&step.act)));
        let found = reads::of_flow(flow);
        for (at, what) in found.unknown {
            self.error(&at, what);
        }
        for reads::Read { at, name, own } in found.reads {
            let first = root(&name);
            let of_vars = name.strip_prefix("vars.").map(root);
            let is_known = match of_vars {
                Some(var) => set.contains(var),
                None => KNOWN.contains(&first) || set.contains(first) || own.contains(&first),
            };
            if !is_known {
                let wrong = of_vars.unwrap_or(first);
                let near = did_you_mean(wrong, set.iter().copied().chain(KNOWN));
                self.error(
                    &at,
                    format!(
                        "no step sets \"{wrong}\"{near} (what is given from outside belongs into `needs`)"
                    ),
                );
            }
        }
    }
}

fn conflict(key: char) -> String {
    format!("key {key} leads elsewhere by [anytime]: take another one")
}

/// The variables that a step sets.
fn sets(act: &Act) -> Vec<&str> {
    match act {
        Act::Menu(menu) => {
            menu.into.iter().chain(menu.list.iter().map(|list| &list.item)).map(String::as_str).collect()
        }
        Act::Collect(collect) => vec![&collect.into],
        Act::Lookup(lookup) => vec![&lookup.into, &lookup.item],
        Act::Contact(lookup) => vec![&lookup.into],
        Act::Set(set) => set.set.iter().map(|(name, _)| name.as_str()).collect(),
        Act::Record(record) => vec![&record.into],
        Act::Webhook(hook) => hook.into.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

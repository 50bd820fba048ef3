//! What the texts of a flow read: each variable, and where it is read.

use super::{
    parts::{Act, Flow, Spot, Tree, Way},
    text::{Expression, Template, Text},
};

/// What is read, or named and not there.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Variables.
    pub reads: Vec<Read>,
    /// Filters and phrases that are not there: where, and what.
    pub unknown: Vec<(Spot, String)>,
}

/// A variable that is read.
#[derive(Clone, Debug)]
pub(super) struct Read {
    /// Where.
    pub at: Spot,
    /// What, as far as it is named: `order.facts.eta`.
    pub name: String,
    /// Names that exist only there (`key` in a list menu).
    pub own: &'static [&'static str],
}

/// Everything that is read anywhere in a flow.
pub(super) fn of_flow(flow: &Flow) -> Findings {
    let mut reads = Reads { flow, found: Findings::default() };
    for text in flow.templates.phrases() {
        // A phrase may be said for an item of a list.
        reads.text(text, &["key"]);
    }
    for step in flow.steps.values() {
        reads.act(&step.act, &step.at);
    }
    reads.found
}

/// All texts of a flow that are said.
pub(super) fn texts(act: &Act) -> Vec<&Text> {
    match act {
        Act::Say(say) => vec![&say.say],
        Act::Menu(menu) => {
            let list = menu.list.iter().flat_map(|list| [&list.say_each].into_iter().chain(&list.say_after));
            let asked = [&menu.question.say].into_iter().chain(&menu.question.say_wrong);
            asked.chain(&menu.question.say_silent).chain(list).collect()
        }
        Act::Collect(collect) => {
            let asked = [&collect.question.say].into_iter().chain(&collect.question.say_wrong);
            asked.chain(&collect.question.say_silent).chain(&collect.confirm).collect()
        }
        Act::Dial(dial) => dial.say.iter().collect(),
        Act::Connect(connect) => connect.say.iter().collect(),
        Act::Transfer(transfer) => transfer.say.iter().chain(&transfer.say_next).collect(),
        Act::Record(record) => record.say.iter().collect(),
        Act::Hangup(say) => say.iter().collect(),
        _ => Vec::new(),
    }
}

struct Reads<'f> {
    flow: &'f Flow,
    found: Findings,
}

impl Reads<'_> {
    fn text(&mut self, text: &Text, own: &'static [&'static str]) {
        for template in text.all.iter().chain(text.by_language.values()) {
            self.template(template, &text.at, own);
        }
    }

    fn template(&mut self, template: &Template, at: &Spot, own: &'static [&'static str]) {
        let Template::Filled { source, .. } = template else { return };
        let names = self.flow.templates.reads(template);
        self.found.reads.extend(names.into_iter().map(|name| Read { at: at.clone(), name, own }));
        self.unknown(source, at);
    }

    fn expression(&mut self, expression: &Expression) {
        let names = self.flow.templates.expression_reads(&expression.source);
        self.found.reads.extend(names.into_iter().map(|name| Read {
            at: expression.at.clone(),
            name,
            own: &[],
        }));
        self.unknown(&expression.source, &expression.at);
    }

    fn unknown(&mut self, source: &str, at: &Spot) {
        let names = self.flow.templates.unknown_names(source);
        self.found.unknown.extend(names.into_iter().map(|name| (at.clone(), name)));
    }

    fn tree(&mut self, tree: &Tree, at: &Spot) {
        match tree {
            Tree::Plain(_) => {}
            Tree::Text(template) => self.template(template, at, &[]),
            Tree::Expr(expression) => self.expression(expression),
            Tree::List(items) => items.iter().for_each(|item| self.tree(item, at)),
            Tree::Table(entries) => entries.iter().for_each(|(name, item)| self.tree(item, &at.with(name))),
        }
    }

    fn act(&mut self, act: &Act, at: &Spot) {
        for text in texts(act) {
            let is_each = matches!(act, Act::Menu(m) if m.list.as_ref().is_some_and(|l| std::ptr::eq(&raw const l.say_each, text)));
            self.text(text, if is_each { &["key"] } else { &[] });
        }
        match act {
            Act::Collect(collect) => collect.valid.iter().for_each(|valid| self.expression(valid)),
            Act::Lookup(lookup) => {
                lookup.by.iter().for_each(|by| self.template(by, &at.with("by"), &[]));
            }
            Act::Contact(lookup) => {
                lookup.by.iter().for_each(|by| self.template(by, &at.with("by"), &[]));
            }
            Act::Choose(choose) => choose.when.iter().for_each(|(condition, _)| self.expression(condition)),
            Act::Set(set) => {
                set.set.iter().for_each(|(name, tree)| self.tree(tree, &at.with("set").with(name)));
            }
            Act::Webhook(hook) => {
                self.template(&hook.url, &at.with("url"), &[]);
                self.tree(&hook.body, &at.with("body"));
            }
            Act::Dial(dial) => {
                self.template(&dial.to, &at.with("to"), &[]);
                dial.caller_id.iter().for_each(|id| self.template(id, &at.with("caller_id"), &[]));
            }
            Act::Transfer(transfer) => {
                for way in &transfer.ways {
                    if let Way::Refer(template) = way {
                        self.template(template, &at.with("to"), &[]);
                    }
                }
            }
            Act::Menu(menu) => {
                let list = menu.list.iter().map(|list| &list.for_each);
                let read = |name: &String| Read { at: at.with("for_each"), name: name.clone(), own: &[] };
                self.found.reads.extend(list.map(read));
            }
            _ => {}
        }
    }
}

//! Where the steps of a flow lead: what the checker walks and the graph draws.

use super::parts::{Act, Flow, Step, Target};

/// One way out of a step: its label (a key, an exit's name) and where it leads.
pub(super) type Exit<'f> = (String, &'f Target);

impl Step {
    /// What the step does, as it is written in `do`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.act {
            Act::Say(_) => "say",
            Act::Menu(_) => "menu",
            Act::Collect(_) => "collect",
            Act::Lookup(_) | Act::Contact(_) => "lookup",
            Act::Choose(_) => "choose",
            Act::Set(_) => "set",
            Act::Dial(_) => "dial",
            Act::Connect(_) => "connect",
            Act::Transfer(_) => "transfer",
            Act::Record(_) => "record",
            Act::Webhook(_) => "webhook",
            Act::Goto(_) => "goto",
            Act::Pause(_) => "pause",
            Act::Hangup(_) => "hangup",
        }
    }

    /// Whether a call can end here.
    #[must_use]
    pub fn is_way_out(&self) -> bool {
        matches!(&self.act, Act::Hangup(_) | Act::Transfer(_))
    }

    /// Every way out of the step, in the order a reader expects.
    #[must_use]
    pub(super) fn exits(&self) -> Vec<Exit<'_>> {
        match &self.act {
            Act::Say(say) => vec![exit("", &say.next)],
            Act::Pause(pause) => vec![exit("", &pause.next)],
            Act::Set(set) => vec![exit("", &set.next)],
            Act::Goto(to) => vec![exit("", to)],
            Act::Hangup(_) => Vec::new(),
            Act::Menu(menu) => {
                let keys = menu.keys.iter().map(|(key, target)| exit(&key.to_string(), target));
                let chosen = menu.list.iter().map(|list| exit("1…9", &list.chosen));
                let silent = menu.question.silent.iter().map(|target| exit("no key", target));
                keys.chain(chosen).chain(silent).chain([exit("gave up", &menu.question.give_up)]).collect()
            }
            Act::Collect(collect) => {
                let silent = collect.question.silent.iter().map(|target| exit("no key", target));
                let others = [exit("answer", &collect.next), exit("gave up", &collect.question.give_up)];
                silent.chain(others).collect()
            }
            Act::Lookup(lookup) => {
                let fault = lookup.fault.iter().map(|target| exit("fault", target));
                let found =
                    [exit("none", &lookup.none), exit("one", &lookup.one), exit("many", &lookup.many)];
                found.into_iter().chain(fault).collect()
            }
            Act::Contact(lookup) => {
                let fault = lookup.fault.iter().map(|target| exit("fault", target));
                [exit("none", &lookup.none), exit("found", &lookup.found)].into_iter().chain(fault).collect()
            }
            Act::Choose(choose) => {
                let when = choose.when.iter().map(|(condition, target)| exit(&condition.source, target));
                when.chain([exit("else", &choose.otherwise)]).collect()
            }
            Act::Dial(dial) => vec![
                exit("answered", &dial.answered),
                exit("busy", &dial.busy),
                exit("no answer", &dial.no_answer),
                exit("rejected", &dial.rejected),
                exit("failed", &dial.failed),
            ],
            Act::Connect(connect) => vec![
                exit("nobody", &connect.none),
                exit("answered", &connect.answered),
                exit("busy", &connect.busy),
                exit("no answer", &connect.no_answer),
                exit("rejected", &connect.rejected),
                exit("failed", &connect.failed),
            ],
            Act::Transfer(transfer) => {
                transfer.refused.iter().map(|target| exit("refused", target)).collect()
            }
            Act::Record(record) => {
                let short = record.too_short.iter().map(|target| exit("too short", target));
                [exit("recorded", &record.next)].into_iter().chain(short).collect()
            }
            Act::Webhook(hook) => vec![exit("ok", &hook.ok), exit("failed", &hook.failed)],
        }
    }
}

fn exit<'f>(label: &str, target: &'f Target) -> Exit<'f> {
    (label.to_owned(), target)
}

impl Flow {
    /// Every place of the file that names a step.
    pub(super) fn targets(&self) -> impl Iterator<Item = &Target> {
        let steps = self.steps.values().flat_map(|step| step.exits().into_iter().map(|(_, target)| target));
        [&self.start].into_iter().chain(self.anytime.values()).chain(&self.on_fault).chain(steps)
    }
}

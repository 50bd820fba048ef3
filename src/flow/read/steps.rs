//! Reads the steps, one function for each kind that does not ask.

use toml::de::DeValue;

use super::{
    Reader,
    table::{Field, Table},
};
use crate::{
    config::{TransferPlace, is_dialplan_word},
    flow::{
        parts::{
            Act, Choose, Connect, ContactLookup, DialOut, Hook, Lookup, Pause, Recording, Say, Set, Source,
            Spot, Step, Transfer, Tree, Way,
        },
        problem::did_you_mean,
    },
};

/// The kinds of steps.
const KINDS: [&str; 14] = [
    "say", "menu", "collect", "lookup", "choose", "set", "dial", "connect", "transfer", "record", "webhook",
    "goto", "pause", "hangup",
];

/// What `to` of a transfer may be.
const WAYS: &str = "\"operator\", \"gateway\", { context = \"…\" } or { refer = \"sip:…\" }";

impl Reader<'_> {
    pub(super) fn step(&mut self, mut step: Table) -> Option<Step> {
        let kind = step.need(self, "do", &format!("what the step does, one of {}", KINDS.join(", ")))?;
        let name = self.string(&kind)?;
        let note = step.take(self, "note").and_then(|field| self.string(&field));
        let note = note.unwrap_or_default().to_owned();
        let act = match name {
            "say" => self.say(&mut step),
            "menu" => self.menu(&mut step),
            "collect" => self.collect(&mut step),
            "lookup" => self.lookup(&mut step),
            "choose" => self.choose(&mut step),
            "set" => self.set(&mut step),
            "dial" => self.dial(&mut step),
            "connect" => self.connect(&mut step),
            "transfer" => self.transfer(&mut step),
            "record" => self.record(&mut step),
            "webhook" => self.webhook(&mut step),
            "goto" => Act::Goto(self.exit(&mut step, "to", "a step, or \"flow:step\"")),
            "pause" => self.pause(&mut step),
            "hangup" => Act::Hangup(self.text_if(&mut step, "say")),
            unknown => {
                let near = did_you_mean(unknown, KINDS);
                self.error(
                    &kind.at,
                    format!("there is no kind of step {unknown:?}{near} (there are {})", KINDS.join(", ")),
                );
                return None;
            }
        };
        let at = step.at.clone();
        step.finish(self);
        Some(Step { note, at, act })
    }

    fn say(&mut self, step: &mut Table) -> Act {
        step.need(self, "say", "the text");
        Act::Say(Say {
            say: self.text_or_silence(step, "say"),
            barge_in: step.take(self, "barge_in").is_none_or(|field| self.boolean(&field)),
            next: self.exit(step, "next", "the step after it"),
        })
    }

    fn lookup(&mut self, step: &mut Table) -> Act {
        let source = step.need(self, "source", "what is asked: \"orders\" or \"contact\"");
        match source.as_ref().and_then(|field| Some((field, self.string(field)?))) {
            Some((_, "contact")) => return self.contact(step),
            Some((field, name)) if name != "orders" => {
                self.error(&field.at, "there are only the sources \"orders\" and \"contact\"");
            }
            _ => {}
        }
        let mut variable = |reader: &mut Self, key, default: &str| {
            let field = step.take(reader, key);
            field.map_or_else(|| default.to_owned(), |field| reader.variable(&field))
        };
        let (into, item) = (variable(self, "into", "orders"), variable(self, "as", "order"));
        Act::Lookup(Lookup {
            source: Source::Orders,
            by: step.take(self, "by").map(|field| self.template(&field)),
            into,
            item,
            none: self.exit(step, "none", "the step when nothing is found"),
            one: self.exit(step, "one", "the step when exactly one is found"),
            many: self.exit(step, "many", "the step when several are found"),
            fault: self.exit_if(step, "fault"),
        })
    }

    fn contact(&mut self, step: &mut Table) -> Act {
        let into = step.take(self, "into");
        Act::Contact(ContactLookup {
            by: step.take(self, "by").map(|field| self.template(&field)),
            into: into.map_or_else(|| "contact".to_owned(), |field| self.variable(&field)),
            none: self.exit(step, "none", "the step when it is nobody's number"),
            found: self.exit(step, "found", "the step when it is somebody's"),
            fault: self.exit_if(step, "fault"),
        })
    }

    fn choose(&mut self, step: &mut Table) -> Act {
        let mut conditions = Vec::new();
        if let Some(field) =
            step.need(self, "when", "a list: [{ if = \"order.total > 10\", next = \"step\" }]")
        {
            let items = field.value.as_array().map(|items| items.iter().enumerate().collect::<Vec<_>>());
            for (index, item) in items.unwrap_or_else(|| {
                self.error(&field.at, "should be a list: [{ if = \"order.total > 10\", next = \"step\" }]");
                Vec::new()
            }) {
                let at =
                    Spot { line: self.line(item.span().start), key: format!("{}[{index}]", field.at.key) };
                let Some(mut table) = self.table(&Field { at, value: item.get_ref() }) else { continue };
                let condition = table.need(self, "if", "the condition").map(|field| self.expression(&field));
                let next = self.exit(&mut table, "next", "the step when it is true");
                table.finish(self);
                conditions.extend(condition.map(|condition| (condition, next)));
            }
        }
        Act::Choose(Choose {
            when: conditions,
            otherwise: self.exit(step, "else", "the step when no condition is true"),
        })
    }

    fn set(&mut self, step: &mut Table) -> Act {
        let mut set = Vec::new();
        let values = step.need(self, "set", "the variables: { name = \"value\" }");
        for (name, field) in
            values.and_then(|field| self.table(&field)).map(|t| t.all(self)).unwrap_or_default()
        {
            self.variable_name(&field.at, &name);
            let tree = self.tree(&field);
            if name == "language" {
                self.check_language(&field.at, &tree);
            }
            set.push((name, tree));
        }
        Act::Set(Set { set, next: self.exit(step, "next", "the step after it") })
    }

    fn check_language(&mut self, at: &Spot, tree: &Tree) {
        if let Tree::Text(crate::flow::text::Template::Plain(language)) = tree
            && !self.languages.contains(language)
        {
            let known = self.languages.join(", ");
            self.error(at, format!("the flow does not speak {language:?}; its languages are {known}"));
        }
    }

    fn dial(&mut self, step: &mut Table) -> Act {
        let to = step.need(self, "to", "whom to dial, such as \"PJSIP/101\"");
        let to = to.map(|field| self.safe_template(&field));
        let failed = self.exit(step, "failed", "the step when it could not be dialled");
        let mut exit = |reader: &mut Self, key| reader.exit_if(step, key).unwrap_or_else(|| failed.clone());
        let (busy, no_answer, rejected) =
            (exit(self, "busy"), exit(self, "no_answer"), exit(self, "rejected"));
        Act::Dial(Box::new(DialOut {
            say: self.text_if(step, "say"),
            to: to.unwrap_or_else(|| crate::flow::text::Template::Plain(String::new())),
            caller_id: step.take(self, "caller_id").map(|field| self.safe_template(&field)),
            ring: self.seconds(step, "ring_secs", (1.0, 300.0), 30.0),
            may_transfer: step.take(self, "may_transfer").is_some_and(|field| self.boolean(&field)),
            answered: self.exit(step, "answered", "the step after they talked"),
            busy,
            no_answer,
            rejected,
            failed,
        }))
    }

    fn connect(&mut self, step: &mut Table) -> Act {
        let failed = self.exit(step, "failed", "the step when they could not be dialled");
        let mut exit = |reader: &mut Self, key| reader.exit_if(step, key).unwrap_or_else(|| failed.clone());
        let (busy, no_answer, rejected) =
            (exit(self, "busy"), exit(self, "no_answer"), exit(self, "rejected"));
        Act::Connect(Box::new(Connect {
            say: self.text_if(step, "say"),
            ring: self.seconds(step, "ring_secs", (1.0, 300.0), 30.0),
            none: self.exit(step, "none", "the step when nobody is paired with the caller"),
            answered: self.exit(step, "answered", "the step after they talked"),
            busy,
            no_answer,
            rejected,
            failed,
        }))
    }

    fn transfer(&mut self, step: &mut Table) -> Act {
        let mut ways = Vec::new();
        if let Some(field) = step.need(self, "to", WAYS) {
            match field.value {
                DeValue::Array(items) => {
                    for (index, item) in items.iter().enumerate() {
                        let at = Spot {
                            line: self.line(item.span().start),
                            key: format!("{}[{index}]", field.at.key),
                        };
                        ways.extend(self.way(&Field { at, value: item.get_ref() }));
                    }
                }
                _ => ways.extend(self.way(&field)),
            }
        }
        let refused = self.exit_if(step, "refused");
        if matches!(ways.last(), Some(Way::Refer(_) | Way::Gateway)) && refused.is_none() {
            let at = step.at.with("refused");
            self.error(&at, "is missing: a REFER can be refused; name a step, or end `to` with \"operator\"");
        }
        let (say, say_next) = (self.text_if(step, "say"), self.text_if(step, "say_next"));
        Act::Transfer(Transfer { say, say_next, ways, refused })
    }

    fn way(&mut self, field: &Field) -> Option<Way> {
        if field.value.as_str() == Some("operator") {
            return Some(Way::Operator);
        }
        if field.value.as_str() == Some("gateway") {
            return Some(Way::Gateway);
        }
        let Some(entries) = field.value.as_table() else {
            self.error(&field.at, format!("should be {WAYS}"));
            return None;
        };
        let mut table = Table::new(field.at.clone(), entries);
        if let Some(refer) = table.take(self, "refer") {
            let template = self.safe_template(&refer);
            table.finish(self);
            return Some(Way::Refer(template));
        }
        let context = table.need(self, "context", "a context of the dialplan, or `refer`");
        let context = context.map(|field| self.dialplan_word(&field)).unwrap_or_default();
        let extension = table.take(self, "extension").map(|field| self.dialplan_word(&field));
        let priority = self.count(&mut table, "priority", (1, 9_999), 1);
        table.finish(self);
        let priority = u32::try_from(priority).unwrap_or(1);
        let extension = extension.unwrap_or_else(|| "s".to_owned());
        Some(Way::Place(TransferPlace { context, extension, priority }))
    }

    /// A context or an extension: written in the flow, never computed.
    fn dialplan_word(&mut self, field: &Field) -> String {
        let text = self.string(field).unwrap_or_default();
        if !is_dialplan_word(text) {
            self.error(&field.at, "has A-Z a-z 0-9 and _ - + * # . only, at most 80, and no templates");
        }
        text.to_owned()
    }

    fn record(&mut self, step: &mut Table) -> Act {
        let into = step.need(self, "into", "the variable that keeps { name, seconds }");
        let terminator = step.take(self, "terminator");
        let terminator = terminator.and_then(|f| self.string(&f).and_then(|text| self.key(&f.at, text)));
        Act::Record(Box::new(Recording {
            say: self.text_if(step, "say"),
            into: into.map(|field| self.variable(&field)).unwrap_or_default(),
            max: self.seconds(step, "max_secs", (1.0, 600.0), 60.0),
            silence: self.seconds(step, "silence_secs", (0.5, 30.0), 3.0),
            min: self.seconds(step, "min_secs", (0.0, 60.0), 0.0),
            beep: step.take(self, "beep").is_none_or(|field| self.boolean(&field)),
            terminator: terminator.unwrap_or('#'),
            next: self.exit(step, "next", "the step after it"),
            too_short: self.exit_if(step, "too_short"),
        }))
    }

    fn webhook(&mut self, step: &mut Table) -> Act {
        let url = step.need(self, "url", "the address, https://…");
        let url = url.map(|field| self.safe_template(&field));
        Act::Webhook(Box::new(Hook {
            url: url.unwrap_or_else(|| crate::flow::text::Template::Plain(String::new())),
            body: step.take(self, "body").map_or(Tree::Table(Vec::new()), |field| self.tree(&field)),
            timeout: self.seconds(step, "timeout_secs", (0.1, 30.0), 3.0),
            into: step.take(self, "into").map(|field| self.variable(&field)),
            ok: self.exit(step, "ok", "the step when it answered with 2xx"),
            failed: self.exit(step, "failed", "the step when it did not"),
        }))
    }

    fn pause(&mut self, step: &mut Table) -> Act {
        step.need(self, "secs", "how long");
        Act::Pause(Pause {
            time: self.seconds(step, "secs", (0.1, 60.0), 1.0),
            next: self.exit(step, "next", "the step after it"),
        })
    }
}

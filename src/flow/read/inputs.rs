//! Reads the steps that ask: menu and collect.

use super::{
    Reader,
    table::{Field, Table},
};
use crate::flow::parts::{Act, Collect, ListMenu, Menu, Question};

/// How long a question waits for its first key, in seconds.
const DEFAULT_TIMEOUT: f64 = 6.0;

impl Reader<'_> {
    fn question(&mut self, step: &mut Table, say_needed: bool) -> Question {
        if say_needed {
            step.need(self, "say", "what is asked");
        }
        Question {
            say: self.text_or_silence(step, "say"),
            say_wrong: self.text_if(step, "say_wrong"),
            say_silent: self.text_if(step, "say_silent"),
            timeout: self.seconds(step, "timeout_secs", (0.5, 60.0), DEFAULT_TIMEOUT),
            tries: u32::try_from(self.count(step, "tries", (1, 10), 3)).unwrap_or(3),
            silent: self.exit_if(step, "silent"),
            give_up: self.exit(step, "give_up", "the step after the last try"),
        }
    }

    pub(super) fn menu(&mut self, step: &mut Table) -> Act {
        let list = step.take(self, "for_each");
        let question = self.question(step, list.is_none());
        let keys = step.take(self, "keys");
        if keys.is_none() && list.is_none() {
            let at = step.at.with("keys");
            self.error(
                &at,
                "is missing: a menu has keys, each with the step it leads to, or a list (`for_each`)",
            );
        }
        let keys = keys.map(|field| self.keys(&field)).unwrap_or_default();
        let into = step.take(self, "into").map(|field| self.variable(&field));
        let list = list.map(|for_each| self.list_menu(step, &for_each));
        Act::Menu(Box::new(Menu { question, keys, list, into }))
    }

    fn list_menu(&mut self, step: &mut Table, for_each: &Field) -> ListMenu {
        let for_each = self.variable(for_each);
        let item = step.need(self, "as", "the variable that names each item, and keeps the chosen one");
        let item = item.map(|field| self.variable(&field)).unwrap_or_default();
        step.need(self, "say_each", "what is said for each item: \"for {{ order.id }} press {{ key }}\"");
        let say_each = self.text_or_silence(step, "say_each");
        let say_after = self.text_if(step, "say_after");
        let chosen = self.exit(step, "chosen", "the step that a chosen item leads to");
        ListMenu { for_each, item, say_each, say_after, chosen }
    }

    pub(super) fn collect(&mut self, step: &mut Table) -> Act {
        let question = self.question(step, true);
        let into = step.need(self, "into", "the variable that keeps the digits");
        let into = into.map(|field| self.variable(&field)).unwrap_or_default();
        let exact = self.count(step, "digits", (1, 32), 0);
        let (least, most) = if exact > 0 { (exact, exact) } else { (1, 32) };
        let min = self.count(step, "min_digits", (0, 32), least);
        let max = self.count(step, "max_digits", (1, 32), most);
        if min > max {
            self.error(&step.at.with("min_digits"), format!("is more than max_digits ({max})"));
        }
        if exact > 0 && (min, max) != (exact, exact) {
            self.error(
                &step.at.with("digits"),
                "is given together with min_digits or max_digits: leave one out",
            );
        }
        let terminator = match step.take(self, "terminator") {
            None => Some('#'),
            Some(field) if field.value.as_str() == Some("") => None,
            Some(field) => self.string(&field).and_then(|text| self.key(&field.at, text)),
        };
        Act::Collect(Box::new(Collect {
            question,
            into,
            min: usize::try_from(min).unwrap_or(1),
            max: usize::try_from(max).unwrap_or(32),
            terminator,
            between: self.seconds(step, "between_secs", (0.5, 30.0), 3.0),
            valid: step.take(self, "valid").map(|field| self.expression(&field)),
            confirm: self.text_if(step, "confirm"),
            next: self.exit(step, "next", "the step after the answer"),
        }))
    }
}

//! A request as the entries read it: who calls, what was called, which arguments stand in it.

use super::{answers::Answers, trouble::Trouble};
use crate::{agi::Request, model::PhoneNumber};

/// Longest text that is taken over.
const LONGEST: usize = 2_000;

/// One request.
pub(super) struct Asked<'a> {
    request: &'a Request,
    answers: &'a dyn Answers,
}

impl<'a> Asked<'a> {
    pub(super) fn new(request: &'a Request, answers: &'a dyn Answers) -> Self {
        Self { request, answers }
    }

    pub(super) fn answers(&self) -> &'a dyn Answers {
        self.answers
    }

    /// The number that is asked about: `number=`, else the caller's. `None`: the caller hides it, or it is none.
    pub(super) fn number(&self) -> Option<PhoneNumber> {
        self.answers.number(&self.caller()?)
    }

    /// As [`Asked::number`], as it came.
    pub(super) fn caller(&self) -> Option<String> {
        text(self.request.parameter("number").or_else(|| self.request.known("agi_callerid"))?)
    }

    /// The number that was called: `called=`, else what was dialled to get here, else the extension.
    pub(super) fn called(&self) -> Option<String> {
        let known = |name| self.request.known(name);
        let called = self.request.parameter("called").or_else(|| known("agi_dnid"));
        called.or_else(|| known("agi_extension")).and_then(text)
    }

    /// A value by its name.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        self.request.parameter(name).and_then(text)
    }

    /// A value by its name, or else the first argument that names nothing.
    pub(super) fn first(&self, name: &str) -> Result<String, Trouble> {
        let plain = || self.request.arguments().iter().find(|argument| !argument.contains('='));
        let value = self.parameter(name).or_else(|| text(plain()?));
        value.ok_or_else(|| Trouble::Argument(format!("{name} is missing")))
    }

    /// Asterisk's unique id of the channel: `uniqueid=`, else the one that asks.
    pub(super) fn channel(&self) -> Option<String> {
        self.parameter("uniqueid").or_else(|| text(self.request.known("agi_uniqueid")?))
    }
}

/// A text from outside without control characters; `None` when nothing is left, or it is too long to be meant.
fn text(raw: &str) -> Option<String> {
    let clean: String = raw.chars().filter(|sign| !sign.is_control()).collect();
    let clean = clean.trim();
    (!clean.is_empty() && clean.len() <= LONGEST).then(|| clean.to_owned())
}

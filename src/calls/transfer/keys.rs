//! The party's keys: codes such as `*2`, then a number. Pure: times are arguments.

use std::time::Duration;

use tokio::time::Instant;

use super::Kind;
use crate::config::PartyTransferConfig;

/// A code's keys come this close together.
const TOGETHER: Duration = Duration::from_secs(2);
/// How long the first digit of a number may take.
const FIRST: Duration = Duration::from_secs(8);
/// Digits of a number at most.
const LONGEST: usize = 20;

/// What a code asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// A transfer.
    Wants(Kind),
    /// None, after all.
    CallOff,
}

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// A code.
    Code(Code),
    /// A whole number.
    Number(String),
    /// No number.
    NoNumber,
}

/// The keys that one party presses.
#[derive(Clone, Debug)]
pub struct Keys {
    codes: [(String, Code); 3],
    between: Duration,
    typed: String,
    /// When a code or a number is no longer waited for.
    until: Option<Instant>,
    is_number: bool,
}

impl Keys {
    /// With the codes of a configuration.
    #[must_use]
    pub fn new(config: &PartyTransferConfig) -> Self {
        let codes = [
            (config.blind_keys.clone(), Code::Wants(Kind::Blind)),
            (config.attended_keys.clone(), Code::Wants(Kind::Attended)),
            (config.call_off_keys.clone(), Code::CallOff),
        ];
        let between = Duration::from_secs(config.between_secs);
        Self { codes, between, typed: String::new(), until: None, is_number: false }
    }

    /// From now on a number is typed.
    pub fn ask(&mut self, now: Instant) {
        self.forget();
        self.is_number = true;
        self.until = Some(now + FIRST);
    }

    /// Whatever was typed counts no more, and codes are looked for again.
    pub fn forget(&mut self) {
        self.typed.clear();
        self.until = None;
        self.is_number = false;
    }

    /// When [`Keys::late`] is due.
    #[must_use]
    pub fn until(&self) -> Option<Instant> {
        self.until
    }

    /// No key came until then.
    pub fn late(&mut self) -> Option<Typed> {
        let was_number = self.is_number;
        let typed = std::mem::take(&mut self.typed);
        self.forget();
        match (was_number, typed.is_empty()) {
            (false, _) => None,
            (true, true) => Some(Typed::NoNumber),
            (true, false) => Some(Typed::Number(typed)),
        }
    }

    /// A key was pressed.
    pub fn key(&mut self, key: char, now: Instant) -> Option<Typed> {
        if self.is_number {
            return self.digit(key, now);
        }
        if self.until.is_some_and(|until| now > until) {
            self.typed.clear();
        }
        self.typed.push(key);
        self.until = Some(now + TOGETHER);
        let code = self.codes.iter().find(|(keys, _)| !keys.is_empty() && self.typed.ends_with(keys))?.1;
        self.forget();
        Some(Typed::Code(code))
    }

    fn digit(&mut self, key: char, now: Instant) -> Option<Typed> {
        match key {
            '#' => self.late(),
            digit if digit.is_ascii_digit() && self.typed.len() < LONGEST => {
                self.typed.push(digit);
                self.until = Some(now + self.between);
                None
            }
            _ => {
                self.forget();
                Some(Typed::NoNumber)
            }
        }
    }
}

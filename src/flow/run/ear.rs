//! The caller's side of a flow: answering late, saying, and keys that were typed before they were asked for.

use std::{collections::VecDeque, time::Duration};

use crate::{
    calls::{BargeIn, Gather, Gathered, Line, Prompt, Said},
    model::Stop,
};

/// Keys that are kept; more are the caller's play.
const MOST_AHEAD: usize = 32;

/// A line, and the keys that were taken from it too early.
pub(super) struct Ear<'l, L> {
    /// The line itself.
    pub line: &'l mut L,
    answered: bool,
    ahead: VecDeque<char>,
}

impl<'l, L: Line> Ear<'l, L> {
    pub fn new(line: &'l mut L) -> Self {
        Self { line, answered: false, ahead: VecDeque::new() }
    }

    /// Answers, the first time it is needed: a call that is only handed on is not answered (and not charged).
    pub async fn answer(&mut self) -> Result<(), Stop> {
        if !self.answered {
            self.line.answer().await?;
            self.answered = true;
        }
        Ok(())
    }

    pub async fn say(&mut self, prompt: &Prompt, barge: BargeIn) -> Result<Said, Stop> {
        self.answer().await?;
        if prompt.text.trim().is_empty() && prompt.recorded.is_empty() {
            return Ok(Said::Whole);
        }
        if barge == BargeIn::AnyKey && !self.ahead.is_empty() {
            return Ok(Said::Interrupted);
        }
        self.line.say(prompt, barge).await
    }

    /// The next key that was typed already, without taking it.
    pub async fn peek(&mut self) -> Result<Option<char>, Stop> {
        self.answer().await?;
        if self.ahead.is_empty() {
            let waiting =
                Gather { max: MOST_AHEAD, terminator: None, first: Duration::ZERO, between: Duration::ZERO };
            let typed = self.line.gather(&waiting).await?;
            self.ahead.extend(typed.keys.chars());
        }
        Ok(self.ahead.front().copied())
    }

    /// Takes the key that was peeked at.
    pub fn take(&mut self) {
        self.ahead.pop_front();
    }

    /// Takes one key, waiting for it if none was typed.
    pub async fn key(&mut self, wait: Duration) -> Result<Option<char>, Stop> {
        self.answer().await?;
        if let Some(key) = self.ahead.pop_front() {
            return Ok(Some(key));
        }
        let gather = Gather { max: 1, terminator: None, first: wait, between: wait };
        Ok(self.line.gather(&gather).await?.keys.chars().next())
    }

    /// Takes several keys: one at a time, so that a key in `stops` ends it at once and is given back.
    pub async fn keys(
        &mut self,
        gather: &Gather,
        stops: impl Fn(char) -> bool,
    ) -> Result<Result<Gathered, char>, Stop> {
        let mut keys = String::new();
        while keys.len() < gather.max {
            let wait = if keys.is_empty() { gather.first } else { gather.between };
            match self.key(wait).await? {
                None => break,
                Some(key) if gather.terminator == Some(key) => {
                    return Ok(Ok(Gathered { keys, terminated: true }));
                }
                Some(key) if stops(key) => return Ok(Err(key)),
                Some(key) => keys.push(key),
            }
        }
        Ok(Ok(Gathered { keys, terminated: false }))
    }

    /// Forgets all keys that were typed.
    pub fn forget(&mut self) {
        self.ahead.clear();
        self.line.forget_keys();
    }
}

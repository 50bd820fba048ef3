//! A flow run without anybody: what will surely be said is found, so that it can be made ready before a call.

use std::time::Duration;

use jiff::Zoned;
use serde_json::Value;

use super::{
    Talk,
    run::run,
    world::{CallFacts, Webhook, World},
};
use crate::{
    calls::{
        BargeIn, Dial, Dialled, Gather, Gathered, Line, Place, Prompt, Record, Recorded, Refer, Referred,
        Said, Take,
    },
    model::{Contact, Ended, Order, Position, Stop},
};

/// Prompts looked for: what comes after the first question is for the callee to choose.
const MOST: usize = 4;

impl Talk {
    /// The prompts that a call hears who presses no key, the first of them, as they would be said now. Nothing is
    /// looked up and nothing sent.
    pub async fn rehearse(&self, start: Position) -> Vec<Prompt> {
        let mut stage = Stage { prompts: Vec::new() };
        // However it ends, what was said until then is what is wanted.
        let _ = run(&self.set, start, Take::Anew, &mut stage, &Empty(self)).await;
        stage.prompts
    }
}

/// A line with nobody at its end.
struct Stage {
    prompts: Vec<Prompt>,
}

/// The world of a call, in which nothing can be asked.
struct Empty<'a>(&'a Talk);

impl World for Empty<'_> {
    fn now(&self) -> Zoned {
        self.0.now()
    }

    fn call(&self) -> &CallFacts {
        self.0.call()
    }

    fn operator(&self) -> Place {
        self.0.operator()
    }

    async fn orders(&self, _: &str) -> Result<Vec<Order>, String> {
        Err("a rehearsal".to_owned())
    }

    async fn contact(&self, _: &str) -> Result<Option<Contact>, String> {
        Err("a rehearsal".to_owned())
    }

    async fn post(&self, _: &Webhook) -> Result<(u16, Value), String> {
        Err("a rehearsal".to_owned())
    }
}

fn over<T>() -> Result<T, Stop> {
    Err(Ended::Finished.into())
}

impl Line for Stage {
    fn at(&mut self, _: &Position) {}

    async fn durable(&mut self) -> Result<(), Stop> {
        Ok(())
    }

    async fn answer(&mut self) -> Result<(), Stop> {
        Ok(())
    }

    async fn say(&mut self, prompt: &Prompt, _: BargeIn) -> Result<Said, Stop> {
        self.prompts.push(prompt.clone());
        if self.prompts.len() < MOST { Ok(Said::Whole) } else { over() }
    }

    async fn gather(&mut self, _: &Gather) -> Result<Gathered, Stop> {
        Ok(Gathered { keys: String::new(), terminated: false })
    }

    fn forget_keys(&mut self) {}

    async fn pause(&mut self, _: Duration) -> Result<(), Stop> {
        Ok(())
    }

    async fn record(&mut self, _: &Record) -> Result<Recorded, Stop> {
        over()
    }

    async fn dial(&mut self, _: &Dial, _: Take) -> Result<Dialled, Stop> {
        over()
    }

    async fn send_digits(&mut self, _: &str) -> Result<(), Stop> {
        Ok(())
    }

    async fn refer(&mut self, _: &Refer, _: Take) -> Result<Referred, Stop> {
        over()
    }

    async fn star(&mut self, _: &str, _: Duration, _: Take) -> Result<Referred, Stop> {
        over()
    }

    async fn continue_in(&mut self, _: &Place, _: &str) -> Result<(), Stop> {
        over()
    }

    async fn hang_up(&mut self) -> Result<(), Stop> {
        over()
    }
}

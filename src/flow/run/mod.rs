//! Runs a flow: step after step, until the caller is gone, handed on or hung up on.

mod acts;
mod ask;
mod connect;
mod ear;
mod safe;
mod transfer;
mod vars;

use std::sync::Arc;

use minijinja::Value;
use tracing::warn;

pub use self::transfer::hand_on;

use self::ear::Ear;
use super::{
    parts::{Act, Flow, Step, Target},
    phrases::{SYSTEM, TECHNICAL_PROBLEM},
    set::{Set, enter},
    text::{Template, Text},
    world::World,
};
use crate::{
    calls::{BargeIn, Line, Prompt, Said, Take},
    model::{Fault, Position, Stop},
};

/// Steps that one call may enter.
const MOST_STEPS: u32 = 1_000;
/// Steps in a row in which the caller hears and is asked nothing.
const MOST_QUIET: u32 = 50;
/// Steps left to a call that has met a fault, to come to its end.
const GRACE: u32 = 100;

/// What comes after a step.
enum Next {
    /// Another step.
    Go(Target),
    /// The call is no longer ours (a line that says so by `Ok`).
    Done,
}

/// One call in its flow.
struct Talk<'a, L, W> {
    set: &'a Set,
    world: &'a W,
    ear: Ear<'a, L>,
    position: Position,
    /// The step is taken up again, not entered.
    take: Take,
    /// Steps since the caller last heard something.
    quiet: u32,
    /// A fault was met; the next one ends the flow.
    faulted: bool,
}

/// Runs the flow from `start` to the call's end.
///
/// A position without a step is the flow's beginning. With [`Take::Up`] the step is done again as it may be
/// half done: questions are asked again, a dialled leg is looked for, a webhook carries the same key.
///
/// Never gives `Ok` unless the line itself does at a hangup or transfer.
///
/// # Errors
/// [`Stop`]: how the call ended, or a fault that the flow could not answer with its own `on_fault` or the
/// operators; the call must then be handed back.
pub async fn run<L: Line, W: World>(
    set: &Set,
    start: Position,
    take: Take,
    line: &mut L,
    world: &W,
) -> Result<(), Stop> {
    let position = if start.step.is_empty() { set.begin(&start.flow, start.vars)? } else { start };
    let ear = Ear::new(line);
    let mut talk = Talk { set, world, ear, position, take, quiet: 0, faulted: false };
    talk.run().await
}

impl<L: Line, W: World> Talk<'_, L, W> {
    async fn run(&mut self) -> Result<(), Stop> {
        loop {
            let flow = Arc::clone(self.set.flow(&self.position.flow)?);
            let step = flow.step(&self.position.step)?;
            if self.take == Take::Anew {
                self.position.visit += 1;
            }
            self.ear.line.at(&self.position);
            let next = match self.bounds(step) {
                Ok(()) => self.step(&flow, step).await,
                Err(fault) => Err(fault.into()),
            };
            self.take = Take::Anew;
            let next = match next {
                Err(Stop::Fault(fault @ (Fault::Flow(_) | Fault::Voice(_)))) => {
                    self.recover(&flow, fault).await?
                }
                other => other?,
            };
            match next {
                Next::Go(target) => self.go(target)?,
                Next::Done => return Ok(()),
            }
        }
    }

    fn go(&mut self, target: Target) -> Result<(), Stop> {
        self.position.step = target.step;
        if let Some(name) = target.flow {
            enter(self.set.flow(&name)?, &mut self.position)?;
            self.position.flow = name;
        }
        Ok(())
    }

    /// Ends a call that goes round for ever.
    fn bounds(&mut self, step: &Step) -> Result<(), Fault> {
        let is_heard = matches!(
            step.act,
            Act::Say(_)
                | Act::Menu(_)
                | Act::Collect(_)
                | Act::Pause(_)
                | Act::Record(_)
                | Act::Dial(_)
                | Act::Connect(_)
        );
        self.quiet = if is_heard { 0 } else { self.quiet + 1 };
        let most = if self.faulted { MOST_STEPS + GRACE } else { MOST_STEPS };
        if self.position.visit > most {
            return Err(Fault::Flow(format!("more than {MOST_STEPS} steps in one call")));
        }
        if self.quiet > MOST_QUIET {
            return Err(Fault::Flow(format!("more than {MOST_QUIET} steps without a word to the caller")));
        }
        Ok(())
    }

    async fn step(&mut self, flow: &Flow, step: &Step) -> Result<Next, Stop> {
        match &step.act {
            Act::Say(say) => self.say(flow, say).await,
            Act::Menu(menu) => self.menu(flow, menu).await,
            Act::Collect(collect) => self.collect(flow, collect).await,
            Act::Lookup(lookup) => self.lookup(flow, lookup).await,
            Act::Contact(lookup) => self.contact(flow, lookup).await,
            Act::Choose(choose) => self.choose(flow, choose),
            Act::Set(set) => self.assign(flow, set),
            Act::Dial(dial) => self.dial(flow, dial).await,
            Act::Connect(connect) => self.connect(flow, connect).await,
            Act::Transfer(transfer) => self.transfer(flow, transfer).await,
            Act::Record(record) => self.record(flow, record).await,
            Act::Webhook(hook) => self.webhook(flow, hook).await,
            Act::Goto(target) => Ok(Next::Go(target.clone())),
            Act::Pause(pause) => {
                self.ear.answer().await?;
                self.ear.line.pause(pause.time).await?;
                Ok(self.jump(flow).await?.unwrap_or_else(|| Next::Go(pause.next.clone())))
            }
            Act::Hangup(say) => self.hang_up(flow, say.as_ref()).await,
        }
    }

    /// A step cannot go on: the flow's own `on_fault`, else a sentence and the operators.
    async fn recover(&mut self, flow: &Flow, fault: Fault) -> Result<Next, Stop> {
        let call = self.world.call().id;
        warn!(%call, flow = flow.name, step = self.position.step, %fault, "the flow cannot go on");
        if self.faulted {
            return Err(fault.into());
        }
        self.faulted = true;
        self.quiet = 0;
        if let Some(target) = &flow.on_fault {
            return Ok(Next::Go(target.clone()));
        }
        if let Some(sentence) = flow.templates.phrase(SYSTEM, TECHNICAL_PROBLEM)
            && let Err(stop @ (Stop::Ended(_) | Stop::Fault(Fault::Ari(_)))) =
                self.speak(flow, sentence, BargeIn::Never, &[]).await
        {
            return Err(stop);
        }
        self.ear.line.continue_in(&self.world.operator(), &format!("to the operator: {fault}")).await?;
        Ok(Next::Done)
    }

    /// The language that is spoken: the variable `language`, else the call's, as far as the flow speaks it.
    fn language<'f>(&self, flow: &'f Flow) -> &'f str {
        let chosen = self.position.vars.get("language").and_then(serde_json::Value::as_str);
        flow.language(chosen.unwrap_or(&self.world.call().language))
    }

    fn context(&self, flow: &Flow, own: &[(&str, Value)]) -> Value {
        let (call, now) = (self.world.call(), self.world.now());
        vars::context(call, &now, &self.set.settings, &self.position, self.language(flow), own)
    }

    fn fill(&self, flow: &Flow, template: &Template, own: &[(&str, Value)]) -> Result<String, Stop> {
        if let Template::Plain(text) = template {
            return Ok(text.clone());
        }
        flow.templates.fill(template, &self.context(flow, own)).map_err(|e| Fault::Flow(e).into())
    }

    fn prompt(&self, flow: &Flow, text: &Text, own: &[(&str, Value)]) -> Result<Prompt, Stop> {
        let language = self.language(flow);
        let filled = match text.template(language) {
            Some(template) => self.fill(flow, template, own)?,
            None => String::new(),
        };
        let text_only = vars::clean(&filled).split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(Prompt { text: text_only, language: language.to_owned(), recorded: text.recorded.clone() })
    }

    async fn speak(
        &mut self,
        flow: &Flow,
        text: &Text,
        barge: BargeIn,
        own: &[(&str, Value)],
    ) -> Result<Said, Stop> {
        let prompt = self.prompt(flow, text, own)?;
        self.ear.say(&prompt, barge).await
    }

    /// Where the next key leads that was typed already, if it is one that works at any time.
    async fn jump(&mut self, flow: &Flow) -> Result<Option<Next>, Stop> {
        if flow.anytime.is_empty() {
            return Ok(None);
        }
        let Some(target) = self.ear.peek().await?.and_then(|key| flow.anytime.get(&key)) else {
            return Ok(None);
        };
        self.ear.take();
        Ok(Some(Next::Go(target.clone())))
    }
}

//! The steps that do not ask.

use std::time::Duration;

use minijinja::{Value, value::Serde};
use serde_json::json;
use tokio::time::timeout;
use tracing::warn;

use super::{Next, Talk, safe, vars};
use crate::{
    calls::{BargeIn, Dial, Dialled, Line, Record, Said, Take},
    flow::{
        parts::{Choose, ContactLookup, DialOut, Flow, Hook, Lookup, Recording, Say, Set, Target, Tree},
        text::{Template, Text},
        world::{Webhook, World},
    },
    model::{Fault, Stop},
};

/// A lookup that takes longer has failed.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(10);

impl<L: Line, W: World> Talk<'_, L, W> {
    pub(super) async fn say(&mut self, flow: &Flow, say: &Say) -> Result<Next, Stop> {
        let barge = if say.barge_in { BargeIn::AnyKey } else { BargeIn::Never };
        self.speak(flow, &say.say, barge, &[]).await?;
        Ok(self.jump(flow).await?.unwrap_or_else(|| Next::Go(say.next.clone())))
    }

    /// Says what goes before something else; a key that works at any time stops it and leads away.
    pub(super) async fn announce(&mut self, flow: &Flow, say: Option<&Text>) -> Result<Option<Next>, Stop> {
        let Some(say) = say else { return Ok(None) };
        let barge = if flow.anytime.is_empty() { BargeIn::Never } else { BargeIn::AnyKey };
        let said = self.speak(flow, say, barge, &[]).await?;
        if said == Said::Interrupted { self.jump(flow).await } else { Ok(None) }
    }

    pub(super) async fn hang_up(&mut self, flow: &Flow, say: Option<&Text>) -> Result<Next, Stop> {
        if say.is_some() {
            // Keys that nobody asked for must not cut the goodbye; one that works at any time still does.
            while !flow.anytime.is_empty() && self.ear.peek().await?.is_some() {
                if let Some(next) = self.jump(flow).await? {
                    return Ok(next);
                }
                self.ear.take();
            }
            self.ear.forget();
            if let Some(next) = self.announce(flow, say).await? {
                return Ok(next);
            }
        }
        self.ear.line.hang_up().await?;
        Ok(Next::Done)
    }

    pub(super) async fn lookup(&mut self, flow: &Flow, lookup: &Lookup) -> Result<Next, Stop> {
        self.ear.line.hush().await?;
        let number = match &lookup.by {
            Some(by) => Some(self.fill(flow, by, &[])?),
            None => self.world.call().caller.clone(),
        };
        let found = match number.filter(|number| !number.trim().is_empty()) {
            None => Ok(Vec::new()),
            Some(number) => {
                let asked = timeout(LOOKUP_TIMEOUT, self.world.orders(&number)).await;
                asked.unwrap_or_else(|_| Err("the orders did not come in time".to_owned()))
            }
        };
        let orders = match (found, &lookup.fault) {
            (Ok(orders), _) => orders,
            (Err(why), Some(fault)) => {
                warn!(call = %self.world.call().id, step = self.position.step, why, "the lookup failed");
                return Ok(Next::Go(fault.clone()));
            }
            (Err(why), None) => return Err(Fault::Flow(format!("lookup: {why}")).into()),
        };
        let kept = vars::orders(&orders);
        let next = match kept.as_slice() {
            [] => &lookup.none,
            [one] if orders.len() == 1 => {
                self.position.vars.insert(lookup.item.clone(), one.clone());
                &lookup.one
            }
            _ => &lookup.many,
        };
        self.position.vars.insert(lookup.into.clone(), kept.into());
        vars::check_size(&self.position.vars)?;
        Ok(Next::Go(next.clone()))
    }

    pub(super) async fn contact(&mut self, flow: &Flow, lookup: &ContactLookup) -> Result<Next, Stop> {
        let number = match &lookup.by {
            Some(by) => Some(self.fill(flow, by, &[])?),
            None => self.world.call().caller.clone(),
        };
        let asked = async {
            match number.filter(|number| !number.trim().is_empty()) {
                None => Ok(None),
                Some(number) => self.world.contact(&number).await,
            }
        };
        let asked = timeout(LOOKUP_TIMEOUT, asked).await;
        let found = asked.unwrap_or_else(|_| Err("the contact did not come in time".to_owned()));
        let (contact, next) = match (found, &lookup.fault) {
            (Ok(None), _) => (None, &lookup.none),
            (Ok(Some(contact)), _) => (Some(contact.within(vars::MOST_ANSWER_BYTES)), &lookup.found),
            (Err(why), Some(fault)) => {
                warn!(call = %self.world.call().id, step = self.position.step, why, "the lookup failed");
                (None, fault)
            }
            (Err(why), None) => return Err(Fault::Flow(format!("lookup: {why}")).into()),
        };
        self.position.vars.insert(lookup.into.clone(), json!(contact));
        vars::check_size(&self.position.vars)?;
        Ok(Next::Go(next.clone()))
    }

    pub(super) fn choose(&mut self, flow: &Flow, choose: &Choose) -> Result<Next, Stop> {
        let context = self.context(flow, &[]);
        for (condition, target) in &choose.when {
            if flow.templates.evaluate(condition, &context).map_err(Fault::Flow)?.is_true() {
                return Ok(Next::Go(target.clone()));
            }
        }
        Ok(Next::Go(choose.otherwise.clone()))
    }

    pub(super) fn assign(&mut self, flow: &Flow, set: &Set) -> Result<Next, Stop> {
        for (name, tree) in &set.set {
            let value = self.value(flow, tree)?;
            self.position.vars.insert(name.clone(), value);
        }
        vars::check_size(&self.position.vars)?;
        Ok(Next::Go(set.next.clone()))
    }

    /// A tree with its templates filled in.
    fn value(&self, flow: &Flow, tree: &Tree) -> Result<serde_json::Value, Stop> {
        let to_fault = |e: serde_json::Error| Stop::from(Fault::Flow(e.to_string()));
        Ok(match tree {
            Tree::Plain(value) => value.clone(),
            Tree::Text(template) => self.fill(flow, template, &[])?.into(),
            Tree::Expr(expression) => {
                let value =
                    flow.templates.evaluate(expression, &self.context(flow, &[])).map_err(Fault::Flow)?;
                serde_json::to_value(value).map_err(to_fault)?
            }
            Tree::List(items) => {
                items.iter().map(|item| self.value(flow, item)).collect::<Result<Vec<_>, _>>()?.into()
            }
            Tree::Table(entries) => {
                let entries = entries.iter().map(|(name, item)| Ok((name.clone(), self.value(flow, item)?)));
                serde_json::Value::Object(entries.collect::<Result<_, Stop>>()?)
            }
        })
    }

    /// Fills in what may see the settings only.
    pub(super) fn fill_safe(&self, flow: &Flow, template: &Template) -> Result<String, Stop> {
        let settings = Value::from(Serde(&self.set.settings));
        let context = minijinja::context! { settings };
        flow.templates.fill(template, &context).map_err(|e| Fault::Flow(e).into())
    }

    pub(super) async fn dial(&mut self, flow: &Flow, dial: &DialOut) -> Result<Next, Stop> {
        let endpoint = self.fill_safe(flow, &dial.to)?;
        let caller_id = dial.caller_id.as_ref().map(|id| self.fill_safe(flow, id)).transpose()?;
        let caller_id = caller_id.as_deref().map(safe::caller_id).transpose()?.map(str::to_owned);
        let endpoint = safe::endpoint(&endpoint)?.to_owned();
        let (ring, may_transfer) = (dial.ring, dial.may_transfer);
        let request = Dial { endpoint, caller_id, ring, is_masked: false, may_transfer };
        if self.take == Take::Anew
            && let Some(next) = self.announce(flow, dial.say.as_ref()).await?
        {
            return Ok(next);
        }
        self.ear.answer().await?;
        self.ear.line.durable().await?;
        let target = match self.ear.line.dial(&request, self.take).await? {
            Dialled::Talked => &dial.answered,
            Dialled::Busy => &dial.busy,
            Dialled::NoAnswer => &dial.no_answer,
            Dialled::Rejected => &dial.rejected,
            Dialled::Failed(_) => &dial.failed,
        };
        Ok(Next::Go(target.clone()))
    }

    pub(super) async fn record(&mut self, flow: &Flow, record: &Recording) -> Result<Next, Stop> {
        if let Some(next) = self.announce(flow, record.say.as_ref()).await? {
            return Ok(next);
        }
        self.ear.answer().await?;
        let request = Record {
            max: record.max,
            silence: record.silence,
            beep: record.beep,
            terminator: record.terminator,
        };
        let recorded = self.ear.line.record(&request).await?;
        let is_long = recorded.length >= record.min;
        let seconds = recorded.length.as_secs_f64();
        self.position.vars.insert(record.into.clone(), json!({ "name": recorded.name, "seconds": seconds }));
        vars::check_size(&self.position.vars)?;
        let short = record.too_short.as_ref().filter(|_| !is_long);
        Ok(Next::Go(short.unwrap_or(&record.next).clone()))
    }

    pub(super) async fn webhook(&mut self, flow: &Flow, hook: &Hook) -> Result<Next, Stop> {
        let url = self.fill_safe(flow, &hook.url)?;
        let request = Webhook {
            url: safe::web_url(&url)?.to_string(),
            body: self.value(flow, &hook.body)?,
            timeout: hook.timeout,
            idempotency_key: format!("{}-{}", self.world.call().id, self.position.visit),
        };
        self.ear.line.durable().await?;
        let answer = timeout(hook.timeout, self.world.post(&request)).await;
        let answer = answer.unwrap_or_else(|_| Err("no answer in time".to_owned()));
        let next = match answer {
            Ok((status, body)) if vars::size(&body) <= vars::MOST_ANSWER_BYTES => {
                if let Some(into) = &hook.into {
                    self.position.vars.insert(into.clone(), json!({ "status": status, "body": body }));
                    vars::check_size(&self.position.vars)?;
                }
                if (200..300).contains(&status) {
                    &hook.ok
                } else {
                    self.hook_failed(hook, &format!("HTTP {status}"))
                }
            }
            Ok(_) => self.hook_failed(hook, "the answer is too large"),
            Err(why) => self.hook_failed(hook, &why),
        };
        Ok(Next::Go(next.clone()))
    }

    fn hook_failed<'h>(&self, hook: &'h Hook, why: &str) -> &'h Target {
        warn!(call = %self.world.call().id, step = self.position.step, why, "the webhook failed");
        &hook.failed
    }
}

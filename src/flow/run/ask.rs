//! The steps that ask: menu and collect. Keys typed during a prompt select at once.

use minijinja::{Value, value::Serde};

use super::{Next, Talk, vars};
use crate::{
    calls::{BargeIn, Gather, Line, Prompt},
    flow::{
        parts::{Collect, Flow, ListMenu, Menu, Question, Target},
        phrases::{NO_INPUT, SYSTEM, WRONG_KEY},
        text::Text,
        world::World,
    },
    model::{Fault, Stop},
};

/// Keys of a read-back.
const YES: char = '1';
const AGAIN: char = '2';
/// How often a read-back is said before it counts as a wrong answer.
const CONFIRM_TRIES: u32 = 2;

/// What became of a collected answer.
enum Checked {
    Good,
    Wrong,
    /// The caller wants to type it again.
    Again,
    Jump(Target),
}

impl<L: Line, W: World> Talk<'_, L, W> {
    pub(super) async fn menu(&mut self, flow: &Flow, menu: &Menu) -> Result<Next, Stop> {
        let items = self.items(menu.list.as_ref())?;
        let prompt = self.menu_prompt(flow, menu, &items)?;
        for attempt in 1..=menu.question.tries {
            let is_last = attempt == menu.question.tries;
            self.ear.say(&prompt, BargeIn::AnyKey).await?;
            let Some(key) = self.ear.key(menu.question.timeout).await? else {
                if let Some(next) = self.silent(flow, &menu.question, is_last).await? {
                    return Ok(next);
                }
                continue;
            };
            if let Some(target) = self.chosen(flow, menu, &items, key)? {
                return Ok(Next::Go(target));
            }
            self.wrong(flow, &menu.question, is_last).await?;
        }
        Ok(Next::Go(menu.question.give_up.clone()))
    }

    /// Where a key of a menu leads.
    fn chosen(
        &mut self,
        flow: &Flow,
        menu: &Menu,
        items: &[serde_json::Value],
        key: char,
    ) -> Result<Option<Target>, Stop> {
        let item = key.to_digit(10).and_then(|digit| items.get((digit as usize).checked_sub(1)?));
        let target = match (&menu.list, item) {
            (Some(list), Some(item)) => {
                self.position.vars.insert(list.item.clone(), item.clone());
                Some(&list.chosen)
            }
            _ => menu.keys.get(&key),
        };
        if let (Some(name), Some(_)) = (&menu.into, target) {
            self.position.vars.insert(name.clone(), key.to_string().into());
        }
        vars::check_size(&self.position.vars)?;
        Ok(target.or_else(|| flow.anytime.get(&key)).cloned())
    }

    fn items(&self, list: Option<&ListMenu>) -> Result<Vec<serde_json::Value>, Stop> {
        let Some(list) = list else { return Ok(Vec::new()) };
        match self.position.vars.get(&list.for_each) {
            Some(serde_json::Value::Array(items)) if !items.is_empty() => {
                Ok(items.iter().take(9).cloned().collect())
            }
            _ => Err(Fault::Flow(format!("`{}` is not a list with something in it", list.for_each)).into()),
        }
    }

    fn menu_prompt(&self, flow: &Flow, menu: &Menu, items: &[serde_json::Value]) -> Result<Prompt, Stop> {
        let mut prompt = self.prompt(flow, &menu.question.say, &[])?;
        let Some(list) = &menu.list else { return Ok(prompt) };
        for (index, item) in items.iter().enumerate() {
            let own = [("key", Value::from(index + 1)), (list.item.as_str(), Value::from(Serde(item)))];
            append(&mut prompt, self.prompt(flow, &list.say_each, &own)?);
        }
        if let Some(after) = &list.say_after {
            append(&mut prompt, self.prompt(flow, after, &[])?);
        }
        Ok(prompt)
    }

    pub(super) async fn collect(&mut self, flow: &Flow, collect: &Collect) -> Result<Next, Stop> {
        let question = &collect.question;
        let prompt = self.prompt(flow, &question.say, &[])?;
        let gather = Gather {
            max: collect.max,
            terminator: collect.terminator,
            first: question.timeout,
            between: collect.between,
        };
        for attempt in 1..=question.tries {
            let is_last = attempt == question.tries;
            self.ear.say(&prompt, BargeIn::AnyKey).await?;
            let gathered = match self.ear.keys(&gather, |key| flow.anytime.contains_key(&key)).await? {
                Ok(gathered) => gathered,
                Err(key) => return Ok(anytime(flow, key, &question.give_up)),
            };
            if gathered.keys.is_empty() && !gathered.terminated {
                if let Some(next) = self.silent(flow, question, is_last).await? {
                    return Ok(next);
                }
                continue;
            }
            self.position.vars.insert(collect.into.clone(), gathered.keys.clone().into());
            match self.checked(flow, collect, &gathered.keys).await? {
                Checked::Good => return Ok(Next::Go(collect.next.clone())),
                Checked::Jump(target) => return Ok(Next::Go(target)),
                Checked::Again => {}
                Checked::Wrong => self.wrong(flow, question, is_last).await?,
            }
        }
        Ok(Next::Go(question.give_up.clone()))
    }

    async fn checked(&mut self, flow: &Flow, collect: &Collect, keys: &str) -> Result<Checked, Stop> {
        let digits_only = keys.chars().all(|key| key.is_ascii_digit());
        if keys.len() < collect.min || !digits_only {
            return Ok(Checked::Wrong);
        }
        if let Some(valid) = &collect.valid {
            let verdict = flow.templates.evaluate(valid, &self.context(flow, &[])).map_err(Fault::Flow)?;
            if !verdict.is_true() {
                return Ok(Checked::Wrong);
            }
        }
        let Some(confirm) = &collect.confirm else { return Ok(Checked::Good) };
        let prompt = self.prompt(flow, confirm, &[])?;
        for _ in 0..CONFIRM_TRIES {
            self.ear.say(&prompt, BargeIn::AnyKey).await?;
            match self.ear.key(collect.question.timeout).await? {
                Some(YES) => return Ok(Checked::Good),
                Some(AGAIN) => return Ok(Checked::Again),
                Some(key) if flow.anytime.contains_key(&key) => {
                    return Ok(flow.anytime.get(&key).cloned().map_or(Checked::Again, Checked::Jump));
                }
                _ => self.ear.forget(),
            }
        }
        Ok(Checked::Wrong)
    }

    /// No key came: the exit for it, or the sentence before the question is asked again.
    async fn silent(
        &mut self,
        flow: &Flow,
        question: &Question,
        is_last: bool,
    ) -> Result<Option<Next>, Stop> {
        if let Some(target) = &question.silent {
            return Ok(Some(Next::Go(target.clone())));
        }
        self.correct(flow, question.say_silent.as_ref(), NO_INPUT, is_last).await?;
        Ok(None)
    }

    async fn wrong(&mut self, flow: &Flow, question: &Question, is_last: bool) -> Result<(), Stop> {
        // What was typed after a wrong key was meant for an answer that did not come.
        self.ear.forget();
        self.correct(flow, question.say_wrong.as_ref(), WRONG_KEY, is_last).await
    }

    async fn correct(
        &mut self,
        flow: &Flow,
        own: Option<&Text>,
        phrase: &str,
        is_last: bool,
    ) -> Result<(), Stop> {
        let text = own.or_else(|| flow.templates.phrase(SYSTEM, phrase));
        if let Some(text) = text.filter(|_| !is_last) {
            self.speak(flow, text, BargeIn::AnyKey, &[]).await?;
        }
        Ok(())
    }
}

fn anytime(flow: &Flow, key: char, otherwise: &Target) -> Next {
    Next::Go(flow.anytime.get(&key).unwrap_or(otherwise).clone())
}

fn append(prompt: &mut Prompt, more: Prompt) {
    let parts = [std::mem::take(&mut prompt.text), more.text];
    prompt.text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    prompt.recorded.extend(more.recorded);
}

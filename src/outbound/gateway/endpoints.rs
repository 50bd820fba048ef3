//! Which endpoint of a gateway is next: in order, in turn or by weight, without those set aside.

use jiff::{SignedDuration, Timestamp};

use super::NotNow;
use crate::config::{DialTemplate, GatewayConfig, Strategy};

/// The endpoints of a gateway.
#[derive(Debug)]
pub(super) struct Endpoints {
    strategy: Strategy,
    set_aside: SignedDuration,
    set_aside_after: u32,
    all: Vec<Endpoint>,
    last: usize,
}

#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) name: String,
    pub(super) template: DialTemplate,
    weight: i64,
    /// What it is owed under [`Strategy::Weighted`].
    credit: i64,
    failures: u32,
    /// When the first of those calls was begun.
    failing_since: Option<Timestamp>,
    aside_until: Option<Timestamp>,
    /// The one call that tries it is out.
    is_tried: bool,
}

/// An endpoint for one call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen {
    pub(super) index: usize,
    /// This call tries an endpoint that was set aside.
    pub(super) is_trial: bool,
}

/// What an outcome says about an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// The far end was reached.
    Works,
    /// It was not.
    Fails,
    /// Nothing.
    Unknown,
}

/// What an outcome changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changed {
    /// Set aside until.
    SetAside(Timestamp),
    /// In use again.
    TakenBack,
}

impl Endpoints {
    pub(super) fn new(config: &GatewayConfig) -> Self {
        let all = config.endpoints.iter().map(|endpoint| Endpoint {
            name: endpoint.name.clone(),
            template: endpoint.dial.clone(),
            weight: i64::from(if config.strategy == Strategy::Weighted { endpoint.weight } else { 1 }),
            credit: 0,
            failures: 0,
            failing_since: None,
            aside_until: None,
            is_tried: false,
        });
        let all: Vec<_> = all.collect();
        Self {
            strategy: config.strategy,
            set_aside: SignedDuration::from_secs(i64::from(config.set_aside_secs)),
            set_aside_after: config.set_aside_after.max(1),
            last: all.len().saturating_sub(1),
            all,
        }
    }

    pub(super) fn get(&self, index: usize) -> Option<&Endpoint> {
        self.all.get(index)
    }

    /// Which one has this name.
    pub(super) fn index_of(&self, name: &str) -> Option<usize> {
        self.all.iter().position(|endpoint| endpoint.name == name)
    }

    /// Names, and until when each is set aside.
    pub(super) fn states(&self, now: Timestamp) -> impl Iterator<Item = (&str, Option<Timestamp>)> {
        self.all.iter().map(move |endpoint| (endpoint.name.as_str(), self.aside(endpoint, now)))
    }

    /// Until when an endpoint is set aside; a time too far ahead is a clock's that was set back.
    fn aside(&self, endpoint: &Endpoint, now: Timestamp) -> Option<Timestamp> {
        endpoint.aside_until.filter(|until| *until > now && until.duration_since(now) <= self.set_aside)
    }

    /// Chooses; nothing changes until [`Self::use_it`].
    pub(super) fn choose(&self, now: Timestamp) -> Result<Chosen, NotNow> {
        let is_usable = |endpoint: &Endpoint| !endpoint.is_tried && self.aside(endpoint, now).is_none();
        let mut usable = self.all.iter().enumerate().filter(|(_, endpoint)| is_usable(endpoint));
        let found = match self.strategy {
            Strategy::InOrder => usable.next(),
            Strategy::RoundRobin => {
                let turns = self.all.len();
                usable.min_by_key(|(index, _)| (index + turns - self.last - 1) % turns.max(1))
            }
            // Of equals the first.
            Strategy::Weighted => usable.rev().max_by_key(|(_, endpoint)| endpoint.credit + endpoint.weight),
        };
        if let Some((index, endpoint)) = found {
            return Ok(Chosen { index, is_trial: endpoint.aside_until.is_some() });
        }
        let soonest = self.all.iter().filter_map(|endpoint| self.aside(endpoint, now)).min();
        let is_tried = self.all.iter().any(|endpoint| endpoint.is_tried);
        Err(soonest.filter(|_| !is_tried).map_or(NotNow::Full, NotNow::SetAside))
    }

    pub(super) fn use_it(&mut self, chosen: Chosen, now: Timestamp) {
        self.last = chosen.index;
        if self.strategy == Strategy::Weighted {
            self.settle_credits(chosen.index, now);
        }
        if let Some(endpoint) = self.all.get_mut(chosen.index) {
            endpoint.is_tried = chosen.is_trial;
        }
    }

    /// Smooth weighted turns: everyone earns its weight, whoever goes pays for all.
    fn settle_credits(&mut self, chosen: usize, now: Timestamp) {
        let usable: Vec<bool> = self
            .all
            .iter()
            .map(|endpoint| !endpoint.is_tried && self.aside(endpoint, now).is_none())
            .collect();
        let mut total = 0;
        for (endpoint, _) in self.all.iter_mut().zip(usable).filter(|(_, is_usable)| *is_usable) {
            endpoint.credit += endpoint.weight;
            total += endpoint.weight;
        }
        if let Some(endpoint) = self.all.get_mut(chosen) {
            endpoint.credit -= total;
        }
    }

    /// What came of a call that was begun at `begun`.
    pub(super) fn came_out(
        &mut self,
        chosen: Chosen,
        health: Health,
        begun: Timestamp,
        now: Timestamp,
    ) -> Option<Changed> {
        let (set_aside, after) = (self.set_aside, self.set_aside_after);
        let endpoint = self.all.get_mut(chosen.index)?;
        if chosen.is_trial {
            endpoint.is_tried = false;
        } else if endpoint.aside_until.is_some() {
            // Begun before it was set aside: the trial will tell.
            return None;
        }
        match health {
            Health::Unknown => None,
            Health::Works => {
                // A call from before the failures says nothing about them.
                if endpoint.failing_since.is_none_or(|since| begun >= since) {
                    (endpoint.failures, endpoint.failing_since) = (0, None);
                }
                let was_aside = chosen.is_trial && endpoint.aside_until.take().is_some();
                was_aside.then_some(Changed::TakenBack)
            }
            Health::Fails => {
                endpoint.failures = endpoint.failures.saturating_add(1);
                endpoint.failing_since.get_or_insert(begun);
                if !chosen.is_trial && endpoint.failures < after {
                    return None;
                }
                let until = now.checked_add(set_aside).unwrap_or(Timestamp::MAX);
                endpoint.aside_until = Some(until);
                (endpoint.failures, endpoint.failing_since) = (0, None);
                Some(Changed::SetAside(until))
            }
        }
    }

    /// The call that tried an endpoint is over, whatever it told: another may.
    pub(super) fn trial_over(&mut self, chosen: Chosen) {
        if let Some(endpoint) = self.all.get_mut(chosen.index).filter(|_| chosen.is_trial) {
            endpoint.is_tried = false;
        }
    }
}

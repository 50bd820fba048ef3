//! A channel enters Stasis: a new call, a dialled party that answered, or more than we can take.

use std::{
    sync::{Arc, PoisonError},
    time::Instant,
};

use super::{door::Door, entry, onward::Onward};
use crate::{
    ari::{Cause, Channel, Reaction, Stamp},
    calls::{Leg, LegEvent, Refusal, Starting, Take, dialled_by, inbox, settle},
    directory::contacts::{Ringing, Via},
    flow::{Directory, Talk},
    model::{AttemptId, CallRecord, ChannelId, NoticeKind},
    tasks::clock,
};
use serde_json::json;

/// A call that is this much older than it should be when we hear of it means that Asterisk or we are behind.
const LATE_MS: i64 = 2_000;

impl Door {
    /// Takes a channel that entered Stasis.
    pub(super) fn arrive(&self, channel: &Channel, args: &[String], at: Stamp, received: Instant) {
        let registry = &self.services.registry;
        if let Some(call) = dialled_by(&channel.id) {
            if !registry.route(&channel.id, |_| Some(LegEvent::PeerUp(channel.id.clone()))) {
                self.drop_stray_peer(&channel.id, call);
            }
            return;
        }
        if AttemptId::of_channel(&channel.id).is_some() {
            return self.own(channel, args);
        }
        let is_given_back = given_back(args)
            .is_some_and(|found| registry.route(&channel.id, |_| Some(LegEvent::Returned(found))));
        if is_given_back || !registry.is_free(&channel.id) {
            return;
        }
        let entry = entry::read(args);
        let now = clock::now();
        let late = at.time().is_some_and(|at| {
            let mut lag = self.lag.lock().unwrap_or_else(PoisonError::into_inner);
            lag.behind_ms(now.as_millisecond() - at.as_millisecond(), Instant::now()) > LATE_MS
        });
        let admitted = if late { Err(Refusal::Overloaded) } else { registry.admit() };
        match admitted {
            Ok(starting) => {
                let record = self.record(channel, &entry, at.as_str(), now);
                self.begin(record, Some(starting), Take::Anew, Some(Reaction::to(Cause::Start, received)));
            }
            Err(refusal) => self.refuse(channel.id.clone(), refusal),
        }
    }

    /// A channel that we made for an attempt: it is new and its call knows it, or the dialplan gives it back with what
    /// it found out, perhaps to a later life of this program.
    fn own(&self, channel: &Channel, args: &[String]) {
        let found = given_back(args);
        let event = found.clone().map_or(LegEvent::Entered, LegEvent::Returned);
        let is_known = self.services.registry.route(&channel.id, |_| Some(event));
        // What the dialplan found out is told once, also while earlier calls are still being settled.
        if !is_known && (found.is_some() || self.status.is_connected()) {
            self.outbound.came_back(channel.id.clone(), found);
        }
    }

    /// Starts a call's task.
    pub(super) fn begin(
        &self,
        record: CallRecord,
        starting: Option<Starting>,
        take: Take,
        reaction: Option<Reaction>,
    ) {
        let (inbox, events) = inbox();
        let shared = Arc::new(record);
        if !self.services.registry.enter(&shared, &inbox) {
            return;
        }
        let record = CallRecord::clone(&shared);
        if take == Take::Anew {
            self.started(&record);
            self.rings(&record);
        }
        let (set, config) = (self.library.snapshot(), &self.services.config);
        let asked = Directory { orders: self.orders.clone(), contacts: self.contacts.clone() };
        let carriers = Arc::new(self.outbound.flow_carriers());
        let mut talk = Talk::new(set, asked, self.web.clone(), carriers, &record, config);
        let onward = Onward::of(&record, self.outbound.gateways(), config);
        let leg = Leg::new(self.services.clone(), record, inbox, events, starting).begun_by(reaction);
        self.tracker.spawn(async move {
            match onward {
                Some(onward) => settle(leg, &mut onward.or_handed_on_by(talk), take).await,
                None => settle(leg, &mut talk, take).await,
            }
        });
    }

    /// Looks up who calls and tells it, beside the call: nothing here waits for it. It is told for those who watch.
    fn rings(&self, record: &CallRecord) {
        if !self.contacts.rings() || !self.services.feed.has_audience() {
            return;
        }
        let ringing = Ringing {
            call: Some(record.id),
            caller: record.caller.clone(),
            caller_name: record.caller_name.clone(),
            called: record.called.clone(),
            gateway: record.gateway.clone(),
            extension: None,
            via: Via::Stasis,
        };
        let (contacts, feed) = (self.contacts.clone(), self.services.feed.clone());
        self.tracker.spawn(async move { contacts.announce(&feed, ringing).await });
    }

    /// Tells of a call that nobody knew before.
    pub(super) fn started(&self, record: &CallRecord) {
        let data = json!({
            "direction": record.direction,
            "caller": record.caller,
            "called": record.called,
            "gateway": record.gateway,
            "flow": record.position.flow,
        });
        self.services.feed.post(NoticeKind::CallStarted, Some(record.id), data);
        if let Some(route) = &record.route {
            let target = route.target.to_string();
            let data = json!({ "target": target, "rule": route.rule, "reason": route.reason });
            self.services.feed.post(NoticeKind::CallRouted, Some(record.id), data);
        }
    }

    /// Sends a call that we cannot take to the fallback, at once.
    fn refuse(&self, channel: ChannelId, refusal: Refusal) {
        let why = refusal.as_str();
        metrics::counter!("stasisd_calls_refused_total", "why" => why).increment(1);
        self.services.feed.post(NoticeKind::CallRefused, None, json!({ "why": why }));
        let (ari, config) = (self.services.ari.clone(), Arc::clone(&self.services.config));
        match refusal {
            Refusal::Queueing if self.shed() => {}
            _ => self.shut_gate(),
        }
        self.tracker.spawn(async move {
            let place = (&config.fallback_context, &config.fallback_extension);
            if let Err(error) = ari.continue_in(&channel, place.0, place.1, 1).await {
                tracing::warn!(%channel, %error, "a refused call could not be handed to the fallback");
            }
        });
    }
}

/// What the dialplan found out, if it gives a channel back that was lent to it.
fn given_back(args: &[String]) -> Option<String> {
    let told =
        |arg: &String| ["amd=", "transfer="].iter().find_map(|key| arg.strip_prefix(key)).map(str::to_owned);
    args.iter().find_map(told)
}

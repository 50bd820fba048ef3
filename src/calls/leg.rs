//! A leg: a channel that we own and talk to. What it waits for, and how every wait can end.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::{
    admission::Starting,
    inbox::{Events, HandOn, Inbox, LegEvent},
    lending::Whereabouts,
    marks::Marks,
    registry::Registry,
};
use crate::{
    ari::{AriError, Client, Reaction},
    config::CallsConfig,
    feed::Feed,
    model::{CallRecord, ChannelId, Direction, Ended, Fault, NoticeKind, Stop},
    storage::Journal,
    tasks::clock,
    tts::Speech,
};

/// How long a rumour (404, 409) may wait for the event that makes it a fact.
const RUMOUR: Duration = Duration::from_secs(2);

/// How long a REFER of an earlier life may still take.
const LONGEST_LOAN: Duration = Duration::from_secs(130);

/// Ids of playbacks that a step uses in turn.
const PLAYBACKS: u32 = 6;

/// What every call needs. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// Commands to Asterisk.
    pub ari: Client,
    /// Texts into prompts.
    pub speech: Speech,
    /// Positions onto the disk.
    pub journal: Journal,
    /// Notices to whoever watches.
    pub feed: Feed,
    /// The calls that are up.
    pub registry: Registry,
    /// Name of the Stasis application.
    pub app: Arc<str>,
    /// Limits and dialplan places.
    pub config: Arc<CallsConfig>,
    /// What Asterisk was told to dial.
    pub marks: Marks,
}

/// One call's own channel, its events and its record.
#[allow(clippy::struct_excessive_bools, reason = "facts of a call that go together freely")]
pub struct Leg {
    pub(super) services: Services,
    pub(super) events: Events,
    pub(super) inbox: Arc<Inbox>,
    pub(super) record: CallRecord,
    /// Keys typed ahead, oldest first.
    pub(super) keys: VecDeque<char>,
    /// Recordings made since the step was entered: their names must differ.
    pub(super) made: u32,
    /// The playbacks that Asterisk has: `continue` waits for their end, so they are stopped first.
    pub(super) playing: Vec<String>,
    /// A key interrupted `playing`, which still sounds: whatever comes next stops it, and a hangup does so by itself,
    /// which saves Asterisk a command.
    pub(super) interrupted: Option<Reaction>,
    /// The last playback's place in the round of ids.
    played: u32,
    /// The dialled party, hung up when the call is settled.
    pub(super) peer: Option<ChannelId>,
    /// Whom the dialled party hands the caller on to, hung up when the call is settled.
    pub(super) target: Option<ChannelId>,
    /// Targets dialled so far.
    pub(super) targets: u32,
    /// The bridge the two talk in, destroyed when the call is settled.
    pub(super) bridge: Option<String>,
    /// The channel shall be answered, at the latest by the next command.
    pub(super) answer_owed: bool,
    /// The channel is not made yet, or Asterisk refused to: there is none to hang up.
    pub(super) unmade: bool,
    /// Its end was seen by nobody.
    pub(super) unseen: bool,
    /// We hung up, and Asterisk began to.
    pub(super) hung_up: bool,
    /// The caller heard already that something is wrong: once a call is enough.
    pub(super) apologized: bool,
    /// We refused the call.
    pub(super) refused: bool,
    /// Whom somebody asked us to hand the call on to.
    pub(super) wanted: Option<HandOn>,
    /// What the dialplan told that gave the channel back before the call was taken up.
    pub(super) returned: Option<String>,
    /// We told Asterisk to take the channel out of Stasis.
    pub(super) leaving: bool,
    /// The first key that was pressed in this call, for whoever asks afterwards.
    pub(super) first_key: Option<char>,
    /// What Asterisk said last of our dialling this channel.
    pub(super) dial_status: String,
    /// Holds the call's place among those that wait for their answer.
    pub(super) starting: Option<Starting>,
    /// The event that began the call, until its first command is sent.
    begun: Option<Reaction>,
    /// When the call has taken as long as it may.
    pub(super) deadline: Instant,
}

impl Leg {
    /// A leg whose call is entered in the registry.
    #[must_use]
    pub fn new(
        services: Services,
        record: CallRecord,
        inbox: Arc<Inbox>,
        events: Events,
        starting: Option<Starting>,
    ) -> Self {
        // Of a call that is taken up, a part is over.
        let past = clock::now().duration_since(record.started_at);
        let past = Duration::try_from(past).unwrap_or_default();
        let longest = Duration::from_secs(services.config.max_duration_secs);
        let deadline = Instant::now() + longest.saturating_sub(past);
        Self {
            services,
            events,
            inbox,
            record,
            keys: VecDeque::new(),
            made: 0,
            playing: Vec::new(),
            interrupted: None,
            played: 0,
            apologized: false,
            peer: None,
            target: None,
            targets: 0,
            bridge: None,
            answer_owed: false,
            unmade: false,
            unseen: false,
            hung_up: false,
            refused: false,
            wanted: None,
            returned: None,
            leaving: false,
            first_key: None,
            dial_status: String::new(),
            starting,
            begun: None,
            deadline,
        }
    }

    /// Measures how long the call's first command takes.
    #[must_use]
    pub fn begun_by(mut self, reaction: Option<Reaction>) -> Self {
        self.begun = reaction;
        self
    }

    /// For a command that may be the call's first.
    pub(super) fn ari(&mut self) -> Client {
        self.services.ari.reacting(self.begun.take())
    }

    /// The record as it is now.
    #[must_use]
    pub fn record(&self) -> &CallRecord {
        &self.record
    }

    /// Waits for the next event until `until`; `None` when nothing came. Keys are kept as type-ahead
    /// before they are returned.
    pub(super) async fn next(&mut self, until: Instant) -> Result<Option<LegEvent>, Stop> {
        match timeout_at(until.min(self.deadline), self.events.next()).await {
            Ok(Some(event)) => self.take(event).map(Some),
            Ok(None) => Err(Ended::Overrun.into()),
            Err(_) if self.deadline <= until => Err(Ended::Deadline.into()),
            Err(_) => Ok(None),
        }
    }

    /// Turns what ends a call into its `Stop`; everything else is handed on.
    pub(super) fn take(&mut self, event: LegEvent) -> Result<LegEvent, Stop> {
        match event {
            LegEvent::Key { digit, .. } => {
                self.first_key.get_or_insert(digit);
                self.keep_key(digit);
                Ok(event)
            }
            LegEvent::HangupRequested { cause, tech_cause } | LegEvent::Destroyed { cause, tech_cause } => {
                Err(Ended::HungUp { cause, tech_cause }.into())
            }
            LegEvent::Gone => Err(self.ended_unseen()),
            LegEvent::LeftStasis => Err(Ended::LeftStasis.into()),
            LegEvent::Lost => Err(Ended::Lost.into()),
            LegEvent::Shutdown => Err(Ended::Shutdown.into()),
            LegEvent::HangUp(why) => {
                self.record.detail = Some(why);
                Err(Ended::Finished.into())
            }
            LegEvent::HandOn(to) => {
                self.wanted = Some(to);
                Err(Ended::HandOn.into())
            }
            other => Ok(other),
        }
    }

    /// The channel is no more, and nobody saw its end.
    pub fn ended_unseen(&mut self) -> Stop {
        self.unseen = true;
        Ended::HungUp { cause: None, tech_cause: None }.into()
    }

    /// Judges the answer to a command. That a channel is gone is a rumour until its event says so.
    pub(super) async fn judge<T>(&mut self, answer: Result<T, AriError>) -> Result<T, Stop> {
        match answer {
            Ok(value) => Ok(value),
            Err(AriError::NotConnected) => Err(Ended::Lost.into()),
            // One command that is stuck, or an Asterisk that is? In the second case nothing is known of what
            // became of the command: looking anew tells, and a hand-back would only be lost as well.
            Err(AriError::Deadline | AriError::Unreachable(_)) if self.services.ari.ping().await.is_err() => {
                self.services.ari.reconnect();
                Err(Ended::Lost.into())
            }
            Err(error) if error.is_gone() => {
                let until = Instant::now() + RUMOUR;
                while self.next(until).await?.is_some() {}
                Err(Fault::Ari(error.to_string()).into())
            }
            Err(error) => Err(Fault::Ari(error.to_string()).into()),
        }
    }

    /// Stores the record and shows it.
    pub fn save(&self) {
        let record = Arc::new(self.record.clone());
        self.services.registry.update(&record);
        self.services.journal.save(record);
    }

    /// Tells the feed something about this call.
    pub(super) fn tell(&self, kind: NoticeKind, data: Value) {
        self.services.feed.post(kind, Some(self.record.id), data);
    }

    /// A name for something made on this channel: unlike every other, and the same after a crash.
    pub(super) fn name(&mut self) -> String {
        self.made += 1;
        made_name(&self.record, self.record.position.visit, self.made)
    }

    /// The id of a playback. A step's ids go round, so that after a crash they are known without having been
    /// stored, however often a question was asked: the one that comes round again is long over.
    pub(super) fn playback_name(&mut self) -> String {
        self.played = (self.played + 1) % PLAYBACKS;
        playback_name(&self.record, self.record.position.visit, self.played)
    }

    /// Prepares a call that is taken up: what an earlier life left playing is stopped.
    pub(super) async fn take_up(&mut self, why: &str) -> Result<(), Stop> {
        let before = self.record.clone();
        self.record.taken_up += 1;
        self.keys.clear();
        self.playing.clear();
        self.interrupted = None;
        self.made = 0;
        if self.record.answered_at.is_none() && self.record.direction == Direction::Outbound {
            // Nothing was ever played to who has not answered; its end is to be told all the same.
            match self.stay_informed().await {
                Err(Stop::Ended(Ended::Lost)) => return Err(Ended::Lost.into()),
                Err(stop) => tracing::debug!(call = %self.record.id, ?stop, "the channel may be gone"),
                Ok(()) => {}
            }
            self.told_taken_up(why);
            return Ok(());
        }
        self.inherit_peer();
        self.fetch_back().await?;
        // The last position may not have reached the disk, so one visit more is looked at.
        for visit in before.position.visit..=before.position.visit.saturating_add(1) {
            for played in 0..PLAYBACKS {
                let old = playback_name(&before, visit, played);
                if let Err(AriError::NotConnected) = self.services.ari.stop_playback(&old).await {
                    return Err(Ended::Lost.into());
                }
            }
        }
        self.told_taken_up(why);
        Ok(())
    }

    /// Waits for a channel that an earlier life lent to the dialplan.
    async fn fetch_back(&mut self) -> Result<(), Stop> {
        let context = self.services.config.transfer_context.clone();
        self.returned = match self.whereabouts(&context).await? {
            Whereabouts::Here => None,
            Whereabouts::Back(told) => Some(told),
            Whereabouts::Lent => Some(self.back_from_refer(LONGEST_LOAN, "REFER").await?),
        };
        Ok(())
    }

    fn told_taken_up(&self, why: &str) {
        tracing::info!(call = %self.record.id, step = %self.record.position.step, why, "call taken up at its step");
        metrics::counter!("stasisd_calls_taken_up_total", "why" => why.to_owned()).increment(1);
        self.tell(NoticeKind::CallTakenUp, json!({ "step": self.record.position.step, "why": why }));
        self.save();
    }

    /// Waits for the connection to come back after [`Ended::Lost`].
    pub(super) async fn restored(&mut self) -> Result<(), Stop> {
        loop {
            let event = match timeout_at(self.deadline, self.events.next()).await {
                Ok(Some(event)) => event,
                Ok(None) => return Err(Ended::Overrun.into()),
                Err(_) => return Err(Ended::Deadline.into()),
            };
            match event {
                LegEvent::Restored => return Ok(()),
                LegEvent::Lost => {}
                other => {
                    self.take(other)?;
                }
            }
        }
    }

    /// Moves the deadline: a call that ends needs time for that, however long it was.
    pub(super) fn more_time(&mut self, time: Duration) {
        self.deadline = Instant::now() + time;
    }

    /// The moment now, for the record.
    pub(super) fn now() -> Timestamp {
        clock::now()
    }
}

fn playback_name(record: &CallRecord, visit: u32, played: u32) -> String {
    format!("{}-p{played}", made_name(record, visit, 0))
}

fn made_name(record: &CallRecord, visit: u32, made: u32) -> String {
    format!("{}-{visit}-{}-{made}", record.id, record.taken_up)
}

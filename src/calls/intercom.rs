//! Speaking into a live call from outside its flow: the first part of a text at once, the others as they are made.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use futures_util::StreamExt as _;
use tokio::{
    sync::{Mutex as Turn, OwnedMutexGuard},
    time::timeout,
};
use tokio_util::task::TaskTracker;

use super::Services;
use crate::{
    model::{CallId, CallRecord},
    tts::{Rest, Source, Spoken},
};

/// How long a text waits for its turn behind another one that is still being made for the same call.
const TURN: Duration = Duration::from_secs(5);

/// Why a text is not said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SayError {
    /// The call is over.
    #[error("the call is over")]
    NotLive,
    /// Nobody hears it yet.
    #[error("the call is not answered yet")]
    NotAnswered,
    /// Another text takes longer.
    #[error("another text is still being said: say this one after it")]
    Busy,
    /// No voice works.
    #[error("{0}")]
    Voice(String),
    /// Asterisk does not take it.
    #[error("{0}")]
    Asterisk(String),
}

/// Says texts into calls. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Intercom {
    services: Services,
    /// Owns what goes on after the first part.
    tracker: TaskTracker,
    /// Texts of one call follow one another.
    turns: Arc<Mutex<HashMap<CallId, Weak<Turn<()>>>>>,
}

impl Intercom {
    /// Over ready rooms.
    #[must_use]
    pub fn new(services: Services, tracker: TaskTracker) -> Self {
        Self { services, tracker, turns: Arc::default() }
    }

    /// Says a text in a live call, after what plays there; `language` is the call's own if not given. Returns when
    /// Asterisk has its first part.
    ///
    /// # Errors
    /// Nothing is heard; says why.
    pub async fn say(&self, id: CallId, text: &str, language: Option<String>) -> Result<(), SayError> {
        let services = &self.services;
        let record = services.registry.get(id).ok_or(SayError::NotLive)?;
        if record.answered_at.is_none() {
            return Err(SayError::NotAnswered);
        }
        let turn = timeout(TURN, self.turn(id).lock_owned()).await.map_err(|_| SayError::Busy)?;
        let language = language.unwrap_or_else(|| record.language.clone());
        let begun = services.speech.begin(text, &language, &[]).await;
        let (first, rest) = begun.map_err(|error| SayError::Voice(error.to_string()))?;
        self.play(&record, &first, &language).await?;
        if let Some(rest) = rest {
            self.tracker.spawn(self.clone().go_on(record, rest, language, turn));
        }
        Ok(())
    }

    /// Gives Asterisk the parts as they are made; it plays them one after the other.
    async fn go_on(
        self,
        record: Arc<CallRecord>,
        mut rest: Rest,
        language: String,
        _turn: OwnedMutexGuard<()>,
    ) {
        while let Some(made) = rest.next().await {
            if self.services.registry.get(record.id).is_none() {
                return;
            }
            let played = match made {
                Ok(spoken) => self.play(&record, &spoken, &language).await,
                Err(error) => Err(SayError::Voice(error.to_string())),
            };
            match played {
                Ok(()) => {}
                Err(SayError::NotLive) => return,
                Err(error) => {
                    tracing::warn!(call = %record.id, %error, "the rest of a text is not said");
                    return;
                }
            }
        }
    }

    /// ARI queues a playback behind those that the channel has.
    async fn play(&self, record: &CallRecord, spoken: &Spoken, language: &str) -> Result<(), SayError> {
        if spoken.source == Source::LastResort {
            return Err(SayError::Voice("no voice can say it: see `stasisd doctor`".to_owned()));
        }
        let playback = format!("{}-api-{}", record.id, uuid::Uuid::now_v7());
        match self.services.ari.play(&record.channel, &playback, &spoken.media, language).await {
            Ok(()) => Ok(()),
            Err(error) if error.is_gone() => Err(SayError::NotLive),
            Err(error) => Err(SayError::Asterisk(error.to_string())),
        }
    }

    fn turn(&self, id: CallId) -> Arc<Turn<()>> {
        // Each change is one step: what a panic leaves behind is whole.
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(&id).and_then(Weak::upgrade) {
            return turn;
        }
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::default();
        turns.insert(id, Arc::downgrade(&turn));
        turn
    }
}

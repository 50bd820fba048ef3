//! The work behind speech: finding, rendering, keeping, and what is heard when none of it works.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use futures_util::future::{self, Either};
use metrics::{counter, gauge, histogram};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};

use super::{
    SpeechError, Voice, VoiceError,
    cache::Cache,
    deliver::Delivery,
    key::Key,
    queue::Outcome,
    recorded::{Recording, Recordings},
    resample::resample,
    speaker::Speaker,
    speech::{Source, Spoken},
};
use crate::{spoken::Lexicons, tasks::clock};

/// Everything that speech is made of.
pub(super) struct Inner {
    pub(super) speakers: Vec<Arc<Speaker>>,
    pub(super) cache: Cache,
    pub(super) recordings: Recordings,
    pub(super) delivery: Delivery,
    pub(super) lexicons: Lexicons,
    pub(super) rate: u32,
    pub(super) patience: Duration,
}

/// A part of a text, and its address in one voice.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) key: Key,
    pub(super) text: String,
}

/// What goes with a part of a text of several.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// Told when the part has its sound and only its file is missing; then it is the next one's turn at the voice. Told
    /// nothing where no rendering is begun.
    pub(super) made: Option<oneshot::Sender<()>>,
    /// The part behind it.
    pub(super) next: Option<Part>,
}

/// A part that a speaker is to say.
struct Asked {
    speaker: Arc<Speaker>,
    part: Part,
    lang: String,
    begun: Instant,
    deadline: Instant,
    beside: Beside,
}

impl Inner {
    /// The voices for a language, with the parts that a clean text has in each.
    pub(super) fn speakers<'a>(
        &'a self,
        text: &'a str,
        lang: &'a str,
    ) -> impl Iterator<Item = (&'a Arc<Speaker>, Vec<Part>)> + Send + 'a {
        let speaking = self.speakers.iter().filter(move |speaker| speaker.voice.speaks(lang));
        let rate = self.rate.to_string();
        speaking.map(move |speaker| {
            let voice = speaker.voice.key(lang);
            let address = |text: String| Part { key: Key::of(&[&voice, &rate, &text]), text };
            (speaker, speaker.voice.parts(text).into_iter().map(address).collect())
        })
    }

    /// A clean text that is in the cache, in one voice.
    pub(super) fn known(&self, text: &str, lang: &str) -> Option<Spoken> {
        let found = self.speakers(text, lang).find_map(|(speaker, parts)| {
            let known = self.known_parts(&speaker.name, &parts)?;
            (known.media.len() == parts.len()).then_some(known)
        })?;
        counter!("stasisd_speech_cache_hits_total").increment(1);
        Some(found)
    }

    /// The first parts, as many as are in the cache one after the other; none if the first is not.
    pub(super) fn known_parts(&self, voice: &Arc<str>, parts: &[Part]) -> Option<Spoken> {
        let now = clock::system();
        let known =
            parts.iter().map_while(|part| Some(self.spoken(voice, part.key, self.cache.get(part.key, now)?)));
        known.reduce(Spoken::and)
    }

    /// Has all of a clean text rendered by the first voice that can, one of them (which just failed) left out.
    pub(super) async fn speak(
        self: &Arc<Self>,
        text: String,
        lang: &str,
        without: Option<&Arc<Speaker>>,
    ) -> Result<Spoken, SpeechError> {
        counter!("stasisd_speech_cache_misses_total").increment(1);
        let deadline = Instant::now() + self.patience;
        let mut why = SpeechError::NoVoice { language: lang.to_owned() };
        let mut left = self.speakers(&text, lang).count();
        for (speaker, parts) in self.speakers(&text, lang) {
            left -= 1;
            if !speaker.health.is_usable(Instant::now())
                || without.is_some_and(|not| Arc::ptr_eq(not, speaker))
            {
                continue;
            }
            match self.say_all(speaker, parts, lang, share(deadline, left)).await {
                Ok(spoken) => return Ok(spoken),
                Err(error) => why = error,
            }
        }
        Err(why)
    }

    async fn say_all(
        self: &Arc<Self>,
        speaker: &Arc<Speaker>,
        parts: Vec<Part>,
        lang: &str,
        deadline: Instant,
    ) -> Result<Spoken, SpeechError> {
        let mut all: Option<Spoken> = None;
        for part in parts {
            let spoken = self.say(speaker, part, lang, deadline, Beside::default()).await?;
            all = Some(match all {
                Some(before) => before.and(spoken),
                None => spoken,
            });
        }
        all.ok_or_else(|| SpeechError::NoVoice { language: lang.to_owned() })
    }

    /// One part in one voice: from the cache, or rendered, or from a rendering that is under way.
    pub(super) async fn say(
        self: &Arc<Self>,
        speaker: &Arc<Speaker>,
        part: Part,
        lang: &str,
        deadline: Instant,
        beside: Beside,
    ) -> Result<Spoken, SpeechError> {
        let key = part.key;
        if let Some(length) = self.cache.get(key, clock::system()) {
            return Ok(self.spoken(&speaker.name, key, length));
        }
        let rendering = speaker.queue.share(key, || {
            let lang = lang.to_owned();
            let asked =
                Asked { speaker: speaker.clone(), part, lang, begun: Instant::now(), deadline, beside };
            self.clone().render(asked)
        });
        rendering.await.map(|length| self.spoken(&speaker.name, key, length))
    }

    /// One rendering, from its place in the line to its file. Ends by its deadline.
    async fn render(self: Arc<Self>, asked: Asked) -> Outcome {
        let patience = asked.deadline.duration_since(asked.begun);
        let late = || SpeechError::Deadline {
            voice: asked.speaker.name.to_string(),
            // Since the deadline was set some microseconds went by.
            millis: u64::try_from(patience.as_micros().div_ceil(1000)).unwrap_or(u64::MAX),
        };
        let place = timeout_at(asked.deadline, asked.speaker.queue.place()).await.map_err(|_| late())??;
        let begun = Instant::now();
        // Its turn may come in the moment in which everybody before it gave up.
        if begun >= asked.deadline {
            return Err(late());
        }
        let voice = &asked.speaker.voice;
        let foreseen = self.foresee(&**voice, asked.beside.next.as_ref(), &asked.lang);
        let rendering = beside(voice.render(&asked.part.text, &asked.lang), foreseen);
        let rendered = timeout_at(asked.deadline, rendering).await;
        let audio = match rendered {
            // A voice that had little time left is not to blame.
            Err(_) => return Err(asked.speaker.failed(late(), begun.elapsed() >= patience / 2)),
            Ok(Ok(audio)) if audio.is_silent() => Err(VoiceError::Silent),
            Ok(heard) => heard,
        };
        let audio = audio.map_err(|error| {
            let is_fault = error.is_fault();
            let voice = asked.speaker.name.to_string();
            asked.speaker.failed(SpeechError::Voice { voice, error }, is_fault)
        })?;
        asked.speaker.health.worked();
        // The next one is made while this one is written.
        drop(place);
        if let Some(made) = asked.beside.made {
            let _ = made.send(());
        }
        let name = asked.speaker.name.to_string();
        let inner = self.clone();
        let keep = tokio::task::spawn_blocking(move || {
            let audio =
                resample(audio, inner.rate).map_err(|error| SpeechError::Voice { voice: name, error })?;
            inner.cache.put(asked.part.key, &audio, clock::system())
        });
        let length = match timeout_at(asked.deadline, keep).await {
            Ok(Ok(kept)) => kept?,
            Ok(Err(panic)) => return Err(self.unkept(panic.to_string())),
            Err(_) => return Err(self.unkept("the disk is too slow".to_owned())),
        };
        let voice = asked.speaker.name.to_string();
        counter!("stasisd_speech_renders_total", "voice" => voice.clone()).increment(1);
        histogram!("stasisd_speech_render_seconds", "voice" => voice).record(begun.elapsed().as_secs_f64());
        #[allow(clippy::cast_precision_loss, reason = "exact below 9 PB")]
        gauge!("stasisd_speech_cache_bytes").set(self.cache.fill().1 as f64);
        Ok(length)
    }

    /// Tells a voice of what it will be asked, if it will be.
    async fn foresee(&self, voice: &dyn Voice, next: Option<&Part>, lang: &str) {
        if let Some(next) = next.filter(|next| self.cache.get(next.key, clock::system()).is_none()) {
            voice.foresee(&next.text, lang).await;
        }
    }

    fn unkept(&self, why: String) -> SpeechError {
        SpeechError::CacheWrite { path: self.cache.directory().display().to_string(), why }
    }

    fn spoken(&self, voice: &Arc<str>, key: Key, length: Duration) -> Spoken {
        Spoken { media: vec![self.delivery.rendered(key)], length, source: Source::Voice(voice.clone()) }
    }

    pub(super) fn play(&self, recordings: &[&Recording], source: Source) -> Spoken {
        counter!("stasisd_speech_recorded_total").increment(1);
        Spoken {
            media: recordings.iter().map(|recording| self.delivery.recorded(recording)).collect(),
            length: recordings.iter().map(|recording| recording.length).sum(),
            source,
        }
    }

    /// Recorded prompts instead of a voice.
    pub(super) fn fall_back(
        &self,
        why: SpeechError,
        lang: &str,
        recorded: &[String],
    ) -> Result<Spoken, SpeechError> {
        let named = self.recordings.named(recorded, lang).map(|found| (found, Source::Recorded));
        let last = || Some((vec![self.recordings.last_resort(lang)?], Source::LastResort));
        let found = named.or_else(last);
        let instead = found.as_ref().map_or("nothing", |(_, source)| source.as_str());
        tracing::warn!(language = lang, error = %why, instead, "no voice could say a text");
        match found {
            Some((found, source)) => Ok(self.play(&found, source)),
            None => Err(SpeechError::NothingRecorded {
                cause: Box::new(why),
                language: lang.to_owned(),
                sounds: self.recordings.directory().display().to_string(),
            }),
        }
    }
}

/// What the work gives; the other is done as far as there is time.
async fn beside<T>(work: impl Future<Output = T>, other: impl Future<Output = ()>) -> T {
    match future::select(pin!(work), pin!(other)).await {
        Either::Left((done, _)) => done,
        Either::Right(((), work)) => work.await,
    }
}

/// When a voice must be done: by the deadline, or half-way there if `others` could follow it.
pub(super) fn share(deadline: Instant, others: usize) -> Instant {
    let now = Instant::now();
    if others == 0 { deadline } else { now + deadline.saturating_duration_since(now) / 2 }
}

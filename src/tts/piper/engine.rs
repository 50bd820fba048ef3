//! The thread on which one model speaks: it loads it, takes one job after the other, and is never waited for
//! without a deadline.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, channel, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use metrics::gauge;
use tokio::sync::oneshot;

use super::{gate::Gate, model::Model, session::Speaking};
use crate::tts::VoiceError;

/// Jobs that wait at the thread: as many as workers can hand over.
const WAITING: usize = 64;
/// A runtime or model that takes longer than this to load hangs.
const LOAD_LIMIT: Duration = Duration::from_secs(30);
/// After a failure to load it is tried again, but no sooner than this.
const RETRY: Duration = Duration::from_secs(30);
/// How long the end of the process waits for a model that is being loaded, or for a run.
const LAST_JOB: Duration = Duration::from_secs(30);

/// What is needed to load a voice.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    pub(super) name: String,
    pub(super) model: Result<Model, VoiceError>,
    pub(super) threads: usize,
    /// ONNX Runtime as configured; empty to look for it.
    pub(super) runtime: PathBuf,
    /// Where `stasisd voice install` puts it.
    pub(super) installed: PathBuf,
}

/// The thread's handle.
pub(super) struct Engine {
    jobs: Option<SyncSender<Job>>,
    state: Arc<Mutex<State>>,
    gate: Arc<Gate>,
    ended: Mutex<Receiver<()>>,
}

struct Job {
    runs: Vec<Vec<i64>>,
    reply: oneshot::Sender<Result<Vec<i16>, VoiceError>>,
}

#[derive(Clone, Debug)]
enum State {
    Loading(Instant),
    Ready,
    Failed(VoiceError, Instant),
}

impl Engine {
    /// Starts the thread, which begins to load the model.
    pub(super) fn start(setup: Setup) -> Self {
        let (jobs, work) = sync_channel(WAITING);
        let (end, ended) = channel();
        let state = Arc::new(Mutex::new(State::Loading(Instant::now())));
        let name = setup.name.clone();
        let shared = Arc::clone(&state);
        let gate = Arc::new(Gate::default());
        let door = Arc::clone(&gate);
        let spawned = thread::Builder::new().name(format!("voice {name}")).spawn(move || {
            work_off(&setup, &work, &shared, &door);
            drop(end);
        });
        if let Err(error) = spawned {
            tell(&name, &Err(VoiceError::Pipe(error.to_string())), &state);
        }
        Self { jobs: Some(jobs), state, gate, ended: Mutex::new(ended) }
    }

    /// Speaks runs of phoneme ids, one sound for all. Dropping the future takes the job back if it has not begun.
    pub(super) async fn speak(&self, runs: Vec<Vec<i64>>) -> Result<Vec<i16>, VoiceError> {
        self.usable()?;
        let (reply, answer) = oneshot::channel();
        let gone = || VoiceError::Pipe("the voice's thread is gone".to_owned());
        match self.jobs.as_ref().map(|jobs| jobs.try_send(Job { runs, reply })) {
            Some(Ok(())) => answer.await.unwrap_or_else(|_| Err(gone())),
            Some(Err(TrySendError::Full(_))) => Err(VoiceError::Pipe("too much waits for it".to_owned())),
            Some(Err(TrySendError::Disconnected(_))) | None => Err(gone()),
        }
    }

    /// Whether it is worth a try: a voice that cannot be loaded says why at once.
    pub(super) fn usable(&self) -> Result<(), VoiceError> {
        match &*lock(&self.state) {
            State::Failed(why, since) if since.elapsed() < RETRY => Err(why.clone()),
            State::Loading(since) if since.elapsed() > LOAD_LIMIT => {
                Err(VoiceError::Hangs(since.elapsed().as_secs()))
            }
            _ => Ok(()),
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.jobs = None;
        if !self.gate.close() {
            return;
        }
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(LAST_JOB) {
            tracing::warn!("a voice's thread does not end");
        }
    }
}

fn work_off(setup: &Setup, work: &Receiver<Job>, state: &Mutex<State>, gate: &Gate) {
    let mut speaking = load(setup, state, gate);
    while let Ok(job) = work.recv() {
        // Whoever asked has hung up.
        if job.reply.is_closed() {
            continue;
        }
        if speaking.is_none() && matches!(&*lock(state), State::Failed(_, at) if at.elapsed() >= RETRY) {
            speaking = load(setup, state, gate);
        }
        let said = match (&mut speaking, &*lock(state)) {
            (Some(speaking), _) => Ok(speaking),
            (None, State::Failed(why, _)) => Err(why.clone()),
            (None, _) => Err(VoiceError::Silent),
        };
        let said = said.and_then(|speaking| {
            let mut sound = Vec::new();
            for run in &job.runs {
                sound.extend(speaking.speak(run)?);
                if job.reply.is_closed() {
                    break;
                }
            }
            Ok(sound)
        });
        let _ = job.reply.send(said);
    }
}

fn load(setup: &Setup, state: &Mutex<State>, gate: &Gate) -> Option<Speaking> {
    *lock(state) = State::Loading(Instant::now());
    let begun = Instant::now();
    let loaded = Speaking::load(setup, gate);
    tell(&setup.name, &loaded.as_ref().map(|_| begun.elapsed()).map_err(Clone::clone), state);
    loaded.ok()
}

fn tell(name: &str, loaded: &Result<Duration, VoiceError>, state: &Mutex<State>) {
    gauge!("stasisd_speech_voice_loaded", "voice" => name.to_owned())
        .set(f64::from(u8::from(loaded.is_ok())));
    *lock(state) = match loaded {
        Ok(time) => {
            tracing::info!(
                voice = name,
                ms = u64::try_from(time.as_millis()).ok(),
                "a Piper voice is loaded"
            );
            State::Ready
        }
        Err(error) => {
            tracing::error!(voice = name, %error, "a Piper voice cannot be used; the next of speech.voices speaks");
            State::Failed(error.clone(), Instant::now())
        }
    };
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

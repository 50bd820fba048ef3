//! One session: the request, the entry, its variables; bounded in time as a whole.

use std::time::Duration;

use metrics::{counter, histogram};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, timeout_at},
};

use super::{answers::Answers, asked::Asked, dismiss::dismiss, entry::Entry, sheet::Sheet, trouble::Trouble};
use crate::{
    agi::{AgiError, Command, Request, Session},
    model::mask,
};

/// How long a session may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// For the request to come.
    pub request: Duration,
    /// For everything.
    pub whole: Duration,
}

/// Serves one connection to its end.
pub(super) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(stream: S, answers: &dyn Answers, times: Times) {
    let begun = Instant::now();
    let mut session = Session::new(stream);
    let (entry, told) = match session.request(begun + times.request).await {
        Ok(request) => {
            let entry = Entry::of(request.path());
            let told = talk(&mut session, &request, entry, answers, begun + times.whole, times.whole).await;
            log(&request, entry, &told);
            (entry, told)
        }
        Err(error @ (AgiError::TooMuch(_) | AgiError::Malformed(_))) => {
            tracing::warn!(%error, "a FastAGI request is refused");
            let trouble = Trouble::Request(error);
            dismiss(session.into_inner(), trouble.word()).await;
            (None, Err(trouble))
        }
        Err(AgiError::Late) => (None, Err(Trouble::Timeout)),
        Err(error) => (None, Err(Trouble::Lost(error))),
    };
    count(entry, &told, begun);
}

/// Asks the entry and sets what it says.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    session: &mut Session<S>,
    request: &Request,
    entry: Option<Entry>,
    answers: &dyn Answers,
    end: Instant,
    whole: Duration,
) -> Result<(), Trouble> {
    let answered = match entry {
        // A quarter of the time is left for telling that there is no answer.
        Some(entry) => {
            let asked = Asked::new(request, answers);
            timeout_at(end - whole / 4, entry.answer(&asked)).await.unwrap_or(Err(Trouble::Timeout))
        }
        None => Err(Trouble::Unknown),
    };
    let (sheet, word) = match &answered {
        Ok(sheet) => (sheet.clone(), ""),
        Err(trouble) => (entry.map(Entry::blank).unwrap_or_default(), trouble.word()),
    };
    set(session, &sheet.with("STASISD_ERROR", word), end).await?;
    answered.map(drop)
}

/// Sets the variables, one after another, until the caller is gone.
async fn set<S: AsyncRead + AsyncWrite + Unpin>(
    session: &mut Session<S>,
    sheet: &Sheet,
    end: Instant,
) -> Result<(), Trouble> {
    for (name, value) in sheet.iter() {
        let command = Command::set_variable(name, value).map_err(Trouble::Lost)?;
        match session.send(&command, end).await {
            // A function that this Asterisk lacks costs one variable, not all.
            Ok(_) | Err(AgiError::Usage | AgiError::Unknown) => {}
            Err(AgiError::Dead) => return Err(Trouble::HungUp),
            Err(AgiError::Late) => return Err(Trouble::Timeout),
            Err(error) => return Err(Trouble::Lost(error)),
        }
        if session.is_hung_up() {
            return Err(Trouble::HungUp);
        }
    }
    Ok(())
}

fn log(request: &Request, entry: Option<Entry>, told: &Result<(), Trouble>) {
    let caller = mask(request.known("agi_callerid").unwrap_or_default());
    let channel = request.known("agi_uniqueid").unwrap_or_default();
    match (entry, told) {
        (Some(entry), Ok(())) => {
            tracing::debug!(entry = entry.name(), caller, channel, "a script was answered");
        }
        (Some(entry), Err(trouble @ (Trouble::HungUp | Trouble::Lost(_)))) => {
            tracing::debug!(entry = entry.name(), caller, channel, %trouble, "a script ended early");
        }
        (Some(entry), Err(trouble)) => {
            tracing::warn!(entry = entry.name(), caller, channel, %trouble, "a script has no answer");
        }
        (None, _) => {
            let asked: String = request.path().chars().filter(|sign| !sign.is_control()).take(40).collect();
            tracing::warn!(
                asked,
                caller,
                channel,
                "there is no script of this name: see agi-scripts/README.md"
            );
        }
    }
}

fn count(entry: Option<Entry>, told: &Result<(), Trouble>, begun: Instant) {
    let entry = entry.map_or("none", Entry::name);
    let outcome = told.as_ref().map_or_else(Trouble::word, |()| "answered");
    counter!("stasisd_fastagi_sessions_total", "entry" => entry, "outcome" => outcome).increment(1);
    histogram!("stasisd_fastagi_session_seconds", "entry" => entry).record(begun.elapsed().as_secs_f64());
}

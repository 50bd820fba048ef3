//! WebSocket `/backchannel`: an agent's pages are told that their telephone rings, as Tomàtic tells them.

use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    http::{HeaderMap, header},
    response::Response,
};
use futures_util::future::{Either, select};
use serde_json::{Value, json};
use tokio::{
    sync::{OwnedSemaphorePermit, broadcast::error::RecvError},
    time::timeout,
};

use crate::{
    http::{
        auth::{self, Peer},
        clock,
        problem::Problem,
        scope::Scope,
        state::App,
        token,
    },
    model::{Notice, NoticeKind},
    people::Roster,
    storage::Token,
};

/// Longest message taken.
const LONGEST: usize = 1024;
/// Whoever does not say who it is within this time is let go.
const UNKNOWN: Duration = Duration::from_secs(20);
/// How often a session is pinged, and its token looked at again.
const BEAT: Duration = Duration::from_secs(15);
/// A page that does not take a message within this time is let go.
const TAKES: Duration = Duration::from_secs(10);

/// Be told of calls, as Tomàtic tells its pages
///
/// The client says `IDEN:anna:stasisd_...` (user and token), or `IDEN:anna:` if its request had the token as
/// `Authorization`. The token has `events:read`, or its name is the user's. Then `{"type":"PHONE", "call_id", "phone",
/// "date"}` comes when the user's extension rings, and `{"type":"REFRESH"}` when the user's call notes change. A later
/// `IDEN` takes the place of the one before.
#[utoipa::path(
    get, path = "/backchannel", tag = "older names", operation_id = "tomaticBackchannel",
    responses((status = 101, description = "A WebSocket"))
)]
pub(super) async fn open(
    peer: Peer,
    headers: HeaderMap,
    State(app): State<App>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    auth::anonymous(peer, &app)?;
    let token = if headers.contains_key(header::AUTHORIZATION) {
        Some(auth::valid(&headers, peer, &app).await?)
    } else {
        None
    };
    let upgrade = upgrade.max_message_size(LONGEST).max_frame_size(LONGEST);
    let session = Session { app: Arc::clone(&app), peer, token, known: None, since: clock::instant() };
    Ok(upgrade.on_upgrade(move |socket| {
        // The listener's work, which ends with the listener.
        app.work.beside(session.run(socket));
        async {}
    }))
}

/// One open page.
struct Session {
    app: App,
    peer: Peer,
    /// That of the request.
    token: Option<Arc<Token>>,
    known: Option<Known>,
    /// Since when it is not known who it is.
    since: Instant,
}

/// Who it is.
struct Known {
    user: String,
    token: Arc<Token>,
    _permit: OwnedSemaphorePermit,
}

/// What happens next.
enum Next {
    Said(Option<Result<Message, axum::Error>>),
    Told(Result<Arc<Notice>, RecvError>),
    Beat,
}

impl Session {
    async fn run(mut self, mut socket: WebSocket) {
        let shutdown = self.app.shutdown.clone();
        let _ = shutdown.run_until_cancelled(self.talk(&mut socket)).await;
        // A peer that has gone needs no goodbye.
        let _ = timeout(Duration::from_secs(1), socket.send(Message::Close(None))).await;
    }

    /// Until one of both ends it.
    async fn talk(&mut self, socket: &mut WebSocket) -> Option<()> {
        let feed = self.app.rooms.feed.clone();
        let (mut told, _attendance) = (feed.watch(), feed.attend());
        let mut beat = clock::instant() + BEAT;
        loop {
            // What others are told is no reason to look later at this one.
            let rest = beat.saturating_duration_since(clock::instant());
            let next = if rest.is_zero() {
                Next::Beat
            } else {
                match timeout(rest, select(pin!(socket.recv()), pin!(told.recv()))).await {
                    Ok(Either::Left((said, _))) => Next::Said(said),
                    Ok(Either::Right((told, _))) => Next::Told(told),
                    Err(_) => Next::Beat,
                }
            };
            match next {
                Next::Said(message) => match message?.ok()? {
                    Message::Text(text) => self.hear(&text).await?,
                    Message::Close(_) => return None,
                    _ => {}
                },
                Next::Told(Ok(notice)) => {
                    if let Some(message) = self.message(&notice) {
                        send(socket, Message::Text(message.to_string().into())).await?;
                    }
                }
                // Whether a call was among what is lost is not known; its log shows it.
                Next::Told(Err(RecvError::Lagged(_))) if self.known.is_some() => {
                    let message = json!({ "type": "REFRESH" });
                    send(socket, Message::Text(message.to_string().into())).await?;
                }
                Next::Told(Err(RecvError::Lagged(_))) => {}
                Next::Told(Err(RecvError::Closed)) => return None,
                Next::Beat => {
                    beat = clock::instant() + BEAT;
                    self.is_still_known().await?;
                    send(socket, Message::Ping(Vec::new().into())).await?;
                }
            }
            if self.known.is_none() && self.since.elapsed() > UNKNOWN {
                return None;
            }
        }
    }

    /// Takes what the page says; none ends the session.
    async fn hear(&mut self, text: &str) -> Option<()> {
        // Other messages are a newer page's: they are nothing to us.
        let Some((user, secret)) = identity(text) else { return Some(()) };
        self.known = None;
        self.since = clock::instant();
        if user.is_empty() {
            return Some(());
        }
        let token = match token::hash(secret) {
            Some(hash) => auth::by_hash(hash, &self.app).await.ok()?,
            None => self.token.clone().filter(|_| secret.is_empty()),
        };
        let may = |token: &Arc<Token>| token.name == user || Scope::EventsRead.is_granted_by(&token.scopes);
        let Some(token) = token.filter(may) else {
            // Whoever tries many is slowed down as elsewhere; this one has to come again.
            let _ = auth::failed(self.peer, &self.app);
            return None;
        };
        let permit = Arc::clone(&self.app.streams).try_acquire_owned().ok()?;
        self.known = Some(Known { user: user.to_owned(), token, _permit: permit });
        Some(())
    }

    /// A token that is valid no more ends the session; a database that is away revokes nothing.
    async fn is_still_known(&self) -> Option<()> {
        let Some(known) = &self.known else { return Some(()) };
        let is_gone = matches!(auth::by_hash(known.token.hash, &self.app).await, Ok(None));
        (!is_gone).then_some(())
    }

    fn message(&self, notice: &Notice) -> Option<Value> {
        let known = self.known.as_ref()?;
        message(notice, &known.user, &self.app.rooms.people.all())
    }
}

/// Within a deadline: a page that has gone without a word takes nothing.
async fn send(socket: &mut WebSocket, message: Message) -> Option<()> {
    timeout(TAKES, socket.send(message)).await.ok()?.ok()
}

/// User and token of `IDEN:user:token`.
fn identity(text: &str) -> Option<(&str, &str)> {
    let said = text.trim().strip_prefix("IDEN:")?;
    Some(said.split_once(':').unwrap_or((said, "")))
}

/// What a user is told of this, if anything.
fn message(notice: &Notice, user: &str, people: &Roster) -> Option<Value> {
    let data = &notice.data;
    match notice.kind {
        NoticeKind::CallRinging => {
            let extension = data["extension"].as_str()?;
            let whose = people.by_extension(extension).map_or(extension, |person| person.id.as_str());
            (whose == user).then(|| {
                let date = notice.at.strftime("%Y-%m-%d %H:%M:%S%.6f+00:00").to_string();
                json!({ "type": "PHONE", "call_id": notice.id, "phone": data["caller"], "date": date })
            })
        }
        NoticeKind::NoteChanged if data["person"] == *user => Some(json!({ "type": "REFRESH" })),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Person, PersonId};

    #[test]
    fn who_says_who_it_is() {
        assert_eq!(identity("IDEN:anna:"), Some(("anna", "")));
        assert_eq!(identity("IDEN:anna:stasisd_x"), Some(("anna", "stasisd_x")));
        assert_eq!(identity("IDEN:anna"), Some(("anna", "")));
        assert_eq!(identity("IDEN::"), Some(("", "")));
        assert_eq!(identity("HELLO:anna:"), None);
    }

    #[test]
    fn only_whose_telephone_it_is_is_told() {
        let anna = PersonId::parse("anna").unwrap();
        let anna = Person { extension: Some("201".into()), ..Person::new(anna) };
        let people = Roster::new([(anna.id.clone(), anna)].into(), 1);
        let at = "2026-11-21T01:32:13.229604Z".parse().unwrap();
        let told = |kind, data: Value, user: &str| {
            message(&Notice { id: 7, at, kind, call: None, data }, user, &people)
        };
        let ringing = |extension: &str| json!({ "extension": extension, "caller": "600111222" });
        let expected = json!({
            "type": "PHONE", "call_id": 7, "phone": "600111222", "date": "2026-11-21 01:32:13.229604+00:00",
        });
        assert_eq!(told(NoticeKind::CallRinging, ringing("201"), "anna"), Some(expected));
        assert_eq!(told(NoticeKind::CallRinging, ringing("201"), "berta"), None);
        assert_eq!(told(NoticeKind::CallRinging, ringing("201"), "201"), None, "it is anna's");
        assert!(told(NoticeKind::CallRinging, ringing("202"), "202").is_some(), "nobody's is its own name");
        let refresh = Some(json!({ "type": "REFRESH" }));
        assert_eq!(told(NoticeKind::NoteChanged, json!({"person": "anna"}), "anna"), refresh);
        assert_eq!(told(NoticeKind::NoteChanged, json!({"person": "anna"}), "berta"), None);
    }
}

//! A call rings: who it is goes out on the feed, beside the call and never before it.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::{Contacts, Found};
use crate::{
    feed::Feed,
    model::{CallId, NoticeKind},
    storage::{CallQuery, PageRequest},
};

/// Bytes of a contact in a notice at most: every watcher gets it.
const MOST_BYTES: usize = 16 * 1024;
/// Other people of the same number that are named.
const MOST_OTHERS: usize = 10;
/// How long the former calls may take; without them it is still known who rings.
const FORMER: Duration = Duration::from_millis(500);

/// A call that comes in, or rings at a desk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ringing {
    /// Our call, if it is one.
    pub call: Option<CallId>,
    /// The caller's number as it came; `None` or no number: withheld.
    pub caller: Option<String>,
    /// The name that came with it.
    pub caller_name: Option<String>,
    /// The number that was called.
    pub called: Option<String>,
    /// The gateway it came through.
    pub gateway: Option<String>,
    /// Whose desk rings.
    pub extension: Option<String>,
    /// Who tells.
    pub via: Via,
}

/// Who tells of a ringing call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Via {
    /// The call entered Stasis.
    #[default]
    Stasis,
    /// A PBX, by `/api/info/ringring` or a script.
    Ringring,
    /// The operators' queue rings a member.
    Queue,
}

impl Via {
    /// The word of it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stasis => "stasis",
            Self::Ringring => "ringring",
            Self::Queue => "queue",
        }
    }
}

impl Contacts {
    /// Whether calls that come in are to be told (`lookup.ringing`).
    #[must_use]
    pub fn rings(&self) -> bool {
        self.inner.rings
    }

    /// Looks up who rings and tells it (`call.ringing`), also when it is nobody that is known. Takes as long as the
    /// sources may: whoever has a call in their hands lets it run beside.
    pub async fn announce(&self, feed: &Feed, ringing: Ringing) {
        let number = ringing.caller.clone().unwrap_or_default();
        let (found, former) = tokio::join!(self.find_text(&number), self.former_calls(&ringing));
        feed.post(NoticeKind::CallRinging, ringing.call, notice(&ringing, found, &former));
    }

    /// The last calls of this number, but for this one.
    async fn former_calls(&self, ringing: &Ringing) -> Vec<Value> {
        let limit = self.inner.former_calls;
        let caller = ringing.caller.as_deref().filter(|number| !number.is_empty());
        let (Some(caller), true) = (caller, limit > 0) else { return Vec::new() };
        let query = CallQuery { caller: Some(self.normal(caller)), ..CallQuery::default() };
        let page = PageRequest { cursor: None, limit: limit + 1 };
        let Ok(Ok(calls)) = timeout(FORMER, self.inner.store.calls(&query, &page)).await else {
            return Vec::new();
        };
        let others = calls.items.into_iter().filter(|call| Some(call.id) != ringing.call);
        let told = others.map(|call| {
            json!({
                "call": call.id,
                "started_at": call.started_at,
                "called": call.called,
                "disposition": call.disposition,
            })
        });
        told.take(limit as usize).collect()
    }

    /// The number as records have it.
    fn normal(&self, number: &str) -> String {
        crate::model::PhoneNumber::parse(number, self.inner.country)
            .map_or_else(|_| number.to_owned(), |number| number.to_string())
    }
}

fn notice(ringing: &Ringing, found: Found, former: &[Value]) -> Value {
    let outcome = found.outcome();
    let sources = found.sources;
    let mut contacts = found.contacts.into_iter().map(|contact| contact.within(MOST_BYTES));
    let contact = contacts.next();
    let others: Vec<Value> = contacts
        .take(MOST_OTHERS)
        .map(|c| json!({ "id": c.id, "name": c.name, "source": c.source }))
        .collect();
    json!({
        "caller": ringing.caller,
        "caller_name": ringing.caller_name,
        "called": ringing.called,
        "gateway": ringing.gateway,
        "extension": ringing.extension,
        "via": ringing.via.as_str(),
        "outcome": outcome.as_str(),
        "contact": contact,
        "others": others,
        "former_calls": former,
        "sources": sources,
    })
}

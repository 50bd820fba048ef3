//! `GET` and `POST /api/info/ringring`: a PBX tells that a desk is rung, in the shape that Tomàtic has for it.

use axum::{
    extract::{FromRequestParts, RawQuery, State},
    http::{HeaderMap, HeaderValue, header::AUTHORIZATION, request::Parts},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    directory::contacts::{Ringing, Via},
    http::{
        auth::{self, Peer},
        extract::{Json, Text},
        problem::Problem,
        scope::Scope,
        state::App,
    },
    model::{CallId, clean},
};

/// Longest text taken from a PBX.
const LONGEST: usize = 80;

/// The answer that Tomàtic gives.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RingringAnswer {
    /// `ok`.
    result: &'static str,
}

/// The PBX, with a token of the scope `ringing:write`: as `Authorization: Bearer`, or, for a URL in a script that
/// cannot set headers (`http://stasisd_...@host/api/info/ringring`), as the user or password of HTTP Basic.
pub(super) struct Pbx;

impl FromRequestParts<App> for Pbx {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let headers = with_bearer(&parts.headers);
        auth::check(&headers, Peer::of(parts), Scope::RingingWrite, app).await.map(|_| Self)
    }
}

/// A desk is rung (query)
///
/// Tells `call.ringing` on the event stream with the contact of `phone`, for the desk `extension` (or `ext`). Answered
/// at once; the contact is looked up beside it.
#[utoipa::path(
    get, path = "/api/info/ringring", tag = "older names", operation_id = "ringringGet",
    security(("token" = ["ringing:write"])),
    params(
        ("phone" = String, Query, description = "Who calls"),
        ("extension" = String, Query, description = "Whose desk; also `ext`"),
        ("callid" = Option<String>, Query, description = "The PBX's id of the call; a call id of ours binds it to that call"),
    ),
    responses((status = 200, body = RingringAnswer, description = "It is told"))
)]
pub(super) async fn get(_: Pbx, State(app): State<App>, RawQuery(query): RawQuery) -> Json<RingringAnswer> {
    ring(&app, read(query.unwrap_or_default().as_bytes()))
}

/// A desk is rung (form)
///
/// The same as a form: `curl --max-time 1 -X POST $BASEURL/api/info/ringring --data ext=101 --data phone=555441234`.
#[utoipa::path(
    post, path = "/api/info/ringring", tag = "older names", operation_id = "ringringPost",
    security(("token" = ["ringing:write"])),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = RingringAnswer, description = "It is told"))
)]
pub(super) async fn post(_: Pbx, State(app): State<App>, Text(form): Text) -> Json<RingringAnswer> {
    ring(&app, read(form.as_bytes()))
}

fn ring(app: &App, ringing: Ringing) -> Json<RingringAnswer> {
    let (contacts, feed) = (app.rooms.contacts.clone(), app.rooms.feed.clone());
    app.work.beside(async move { contacts.announce(&feed, ringing).await });
    Json(RingringAnswer { result: "ok" })
}

/// Reads a form or a query. Nothing in it is refused: the call rings anyway.
fn read(form: &[u8]) -> Ringing {
    let mut ringing = Ringing { via: Via::Ringring, ..Ringing::default() };
    for (name, value) in url::form_urlencoded::parse(form) {
        let text = Some(clean(&value, LONGEST)).filter(|text| !text.is_empty());
        match &*name {
            "phone" => ringing.caller = text,
            "ext" | "extension" => ringing.extension = text,
            "callid" => ringing.call = CallId::parse(&value),
            _ => {}
        }
    }
    ringing
}

/// The same headers, with the token of a Basic authorization (RFC 7617) as Bearer's.
fn with_bearer(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    let basic = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
        let (scheme, credentials) = value.split_once(' ')?;
        let decoded =
            STANDARD.decode(credentials.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let pair = String::from_utf8(decoded).ok()?;
        let (user, password) = pair.split_once(':')?;
        let token = if password.is_empty() { user } else { password };
        HeaderValue::try_from(format!("Bearer {token}")).ok()
    });
    if let Some(mut bearer) = basic {
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_queries() {
        let ringing = read(b"ext=101&phone=555441234");
        assert_eq!(
            (ringing.extension.as_deref(), ringing.caller.as_deref()),
            (Some("101"), Some("555441234"))
        );
        let ringing = read(b"phone=%2B34600000001%0D%0AX&extension=a%00b&callid=17&more=1");
        assert_eq!(
            (ringing.caller.as_deref(), ringing.extension.as_deref()),
            (Some("+34600000001 X"), Some("a b"))
        );
        assert_eq!(read(b"\xff&=&phone="), Ringing { via: Via::Ringring, ..Ringing::default() });
    }

    #[test]
    fn a_token_in_the_url_is_a_token() {
        let bearer = |value: &str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
            with_bearer(&headers).get(AUTHORIZATION).unwrap().to_str().unwrap().to_owned()
        };
        let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        assert_eq!(bearer(&basic("stasisd_x:")), "Bearer stasisd_x");
        assert_eq!(bearer(&basic("pbx:stasisd_x")), "Bearer stasisd_x");
        for other in ["Bearer stasisd_x".to_owned(), basic("no colon"), "Basic ???".to_owned()] {
            assert_eq!(bearer(&other), other);
        }
    }
}

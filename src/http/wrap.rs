//! Around every request: an id, a span, a deadline, a count, and problems in the place of bare errors.

use std::{any::Any, time::Duration};

use axum::{
    body::HttpBody,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use metrics::{counter, histogram};
use tokio::time::timeout;
use tracing::{Instrument, info_span};
use uuid::Uuid;

use super::{clock, code::Code, problem::Problem, state::App};

const REQUEST_ID: &str = "x-request-id";

/// The outermost layer.
pub(super) async fn finish(request: Request, next: Next) -> Response {
    let started = clock::instant();
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let id = request_id(request.headers());
    // The template, not the path: paths hold ids of orders, queries hold telephone numbers.
    let span = info_span!("request", %id, method, route);
    let mut response = next.run(request).instrument(span.clone()).await;
    mend(&mut response, &id);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    note(method, &route, response.status().as_u16(), started.elapsed(), &span);
    response
}

fn note(method: &'static str, route: &str, status: u16, took: Duration, span: &tracing::Span) {
    let labels = [("method", method.to_owned()), ("route", route.to_owned()), ("status", status.to_string())];
    counter!("stasisd_http_requests_total", &labels).increment(1);
    histogram!("stasisd_http_request_seconds", "route" => route.to_owned()).record(took.as_secs_f64());
    let ms = took.as_secs_f64() * 1000.0;
    span.in_scope(|| {
        if status >= 500 {
            tracing::warn!(status, ms, "answered");
        } else {
            tracing::debug!(status, ms, "answered");
        }
    });
}

/// Gives problems their request id, and errors without a body (axum's, tower's) a problem.
fn mend(response: &mut Response, id: &str) {
    let status = response.status().as_u16();
    if status < 400 {
        return;
    }
    let known = response.extensions_mut().remove::<Problem>();
    let has_body = response.headers().contains_key(header::CONTENT_TYPE) && !response.body().is_end_stream();
    let problem = match known {
        Some(problem) => problem,
        None if has_body && !is_text(response.headers()) => return,
        None => Problem::new(Code::of_status(status), "the request was refused"),
    };
    problem.fill(response, Some(id));
}

fn is_text(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

/// The client's own id if it is harmless, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let sent = headers.get(REQUEST_ID).and_then(|v| v.to_str().ok());
    let fits = |id: &&str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    sent.filter(fits).map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

/// Methods are the client's text; metrics and logs get only those that exist.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "PUT" => "PUT",
        "POST" => "POST",
        "DELETE" => "DELETE",
        "PATCH" => "PATCH",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// A handler has so long; what it had asked for may be done all the same.
pub(super) async fn deadline(State(app): State<App>, request: Request, next: Next) -> Response {
    match timeout(app.timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            Problem::new(Code::Timeout, "it may still be done; ask before trying again").into_response()
        }
    }
}

/// A panic in a handler ends that request alone.
#[allow(clippy::needless_pass_by_value, reason = "the layer gives it so")]
pub(super) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let what = panic.downcast_ref::<String>().map(String::as_str);
    let what = what.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("of unknown kind");
    tracing::error!(panic = what, "a request's handler panicked");
    Problem::new(Code::Internal, "an error in this program; the log has it under the request's id")
        .into_response()
}

/// No such path.
pub(super) async fn unknown_path(_: super::anonymous::Anyone) -> Problem {
    Problem::new(Code::UnknownPath, "there is no such path; /docs lists all")
}

/// No such method; axum adds `Allow`.
pub(super) async fn unknown_method(_: super::anonymous::Anyone) -> Problem {
    Problem::new(Code::MethodNotAllowed, "the header Allow lists this path's methods")
}

//! What a handler takes from a request, with problems instead of axum's plain refusals.

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, Response, header, request::Parts},
    response::IntoResponse,
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::{Serialize, de::DeserializeOwned};

use super::{code::Code, problem::Problem, state::App};

/// A body that is too large is still taken off the wire up to here, so that its sender gets to read why.
const DRAIN: usize = 32 * 1024 * 1024;
/// Largest text that is not JSON.
const LONGEST_TEXT: usize = 16 * 1024 * 1024;

/// JSON in a body, both ways.
#[derive(Debug)]
pub(super) struct Json<T>(pub(super) T);

/// A text in a body: a table, a form. It may be larger than JSON may.
#[derive(Debug)]
pub(super) struct Text(pub(super) String);

/// Path parameters.
#[derive(Debug)]
pub(super) struct Path<T>(pub(super) T);

/// Query parameters.
#[derive(Debug)]
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let axum::extract::Path(value) = axum::extract::Path::from_request_parts(parts, app).await?;
        Ok(Self(value))
    }
}

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let axum::extract::Query(value) = axum::extract::Query::from_request_parts(parts, app).await?;
        Ok(Self(value))
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        // Half of the request's time is the sender's.
        let read = tokio::time::timeout(app.timeout / 2, read(&parts.headers, body, app.max_body));
        let bytes = read.await.map_err(|_| Problem::new(Code::BodyTimeout, "the body stopped coming"))??;
        is_json(&parts.headers)?;
        parse(&bytes).map(Self)
    }
}

impl FromRequest<App> for Text {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let read = tokio::time::timeout(app.timeout / 2, read(&parts.headers, body, LONGEST_TEXT));
        let bytes = read.await.map_err(|_| Problem::new(Code::BodyTimeout, "the body stopped coming"))??;
        let text = String::from_utf8(bytes);
        text.map(Self).map_err(|_| Problem::new(Code::BadRequest, "the body is not a text in UTF-8"))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response<Body> {
        axum::Json(self.0).into_response()
    }
}

fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let value = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json")) {
        return Ok(());
    }
    Err(Problem::new(Code::UnsupportedMediaType, "send the header \"Content-Type: application/json\""))
}

async fn read(headers: &HeaderMap, body: Body, most: usize) -> Result<Vec<u8>, Problem> {
    let said = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if said.is_some_and(|length| length > most) {
        // A sender who asked first (RFC 9110 §10.1.1) has sent nothing yet and is not asked to.
        if !headers.contains_key(header::EXPECT) {
            drain(body).await;
        }
        return Err(too_large(most));
    }
    let mut body = Limited::new(body, most);
    let mut bytes = Vec::with_capacity(said.unwrap_or_default());
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => bytes.extend(frame.into_data().unwrap_or_default()),
            Err(error) if error.downcast_ref::<LengthLimitError>().is_some() => return Err(too_large(most)),
            Err(_) => return Err(Problem::new(Code::BadRequest, "the body was cut off")),
        }
    }
    Ok(bytes)
}

async fn drain(body: Body) {
    let mut body = Limited::new(body, DRAIN);
    while let Some(Ok(_)) = body.frame().await {}
}

fn too_large(most: usize) -> Problem {
    let key = if most == LONGEST_TEXT { "" } else { " (http.max_body_kib)" };
    let detail = format!("a body has at most {} KiB{key}", most / 1024);
    Problem::new(Code::BodyTooLarge, detail)
}

/// Reads JSON; what does not fit is named by its path.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_data() {
            let problem = Problem::new(Code::InvalidField, inner.to_string());
            if path == "." { problem } else { problem.at(path) }
        } else {
            Problem::new(Code::MalformedJson, inner.to_string())
        }
    })?;
    reader.end().map_err(|error| Problem::new(Code::MalformedJson, error.to_string()))?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[allow(dead_code, reason = "only read by the parser")]
        phones: Vec<String>,
    }

    fn problem(text: &str) -> (Code, Option<String>) {
        let problem = parse::<Sample>(text.as_bytes()).unwrap_err();
        (problem.code(), problem.field_path().map(str::to_owned))
    }

    #[test]
    fn what_does_not_fit_is_named() {
        assert_eq!(problem(r#"{"phones":["1",2]}"#), (Code::InvalidField, Some("phones[1]".into())));
        assert_eq!(problem(r#"{"phones":[],"x":1}"#).0, Code::InvalidField);
        assert_eq!(problem("[]x").0, Code::InvalidField);
        assert_eq!(problem("{"), (Code::MalformedJson, None));
        assert_eq!(problem(r#"{"phones":[]} x"#), (Code::MalformedJson, None));
        assert_eq!(problem(&"[".repeat(100_000)).0, Code::InvalidField);
    }
}

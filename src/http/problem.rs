//! Every error that leaves the control port: RFC 9457 `application/problem+json` with a stable `code`.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::code::Code;

/// RFC 9457 problem details.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Where the code is explained: `/docs#CODE`.
    #[serde(rename = "type")]
    #[schema(example = "/docs#invalid_field")]
    about: String,
    /// Stable name of what is wrong; programs look at this.
    #[schema(example = "invalid_field")]
    code: &'static str,
    /// The code in words.
    title: &'static str,
    /// The HTTP status again.
    #[schema(example = 422)]
    status: u16,
    /// What is wrong in this request, and how to mend it.
    pub detail: String,
    /// Path of the field at fault (`phones[0]`), or the parameter's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The request's id, as in the log and in the header `x-request-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Seconds after which to try again; sent as the header `Retry-After`.
    #[serde(skip)]
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem of this code; `detail` says what, where and how to mend it.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let (status, name, title) = code.facts();
        Self {
            about: format!("/docs#{name}"),
            code: name,
            title,
            status,
            detail: detail.into(),
            field: None,
            instance: None,
            retry_after: None,
        }
    }

    /// A value that cannot be taken, with the path of its field.
    pub fn field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(Code::InvalidField, detail) }
    }

    /// Something that will be better later.
    pub fn later(code: Code, retry_after_secs: u64, detail: impl Into<String>) -> Self {
        Self { retry_after: Some(retry_after_secs.max(1)), ..Self::new(code, detail) }
    }

    /// The answer's body and headers. `instance` is known by the outermost layer alone, which calls this
    /// for the problem it finds in the answer's extensions.
    pub fn fill(&self, response: &mut Response) {
        let body = serde_json::to_vec(self).unwrap_or_default();
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(secs) = self.retry_after {
            headers.insert(header::RETRY_AFTER, secs.into());
        }
        if self.status == 401 {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"stasisd\""));
        }
        *response.body_mut() = body.into();
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.fill(&mut response);
        response.extensions_mut().insert(self);
        response
    }
}

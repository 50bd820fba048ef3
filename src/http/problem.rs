//! Every error that leaves the control port: RFC 9457 `application/problem+json` with a stable `code`.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::code::Code;

/// What is wrong with a request, on its way to becoming an answer.
#[derive(Clone, Debug)]
pub struct Problem {
    code: Code,
    detail: String,
    field: Option<String>,
    retry_after_secs: Option<u64>,
}

/// RFC 9457 problem details.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemView<'a> {
    /// Where the code is explained: `/docs#CODE`.
    #[serde(rename = "type")]
    #[schema(example = "/docs#invalid_field")]
    about: String,
    /// Stable name of what is wrong; programs look at this.
    #[schema(example = "invalid_field")]
    code: &'a str,
    /// The code in words.
    title: &'a str,
    /// The HTTP status again.
    #[schema(example = 422)]
    status: u16,
    /// What is wrong in this request, and how to mend it.
    detail: &'a str,
    /// Path of the field at fault (`phones[0]`), or the parameter's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "phones[0]")]
    field: Option<&'a str>,
    /// The request's id, as in the log and in the header `x-request-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<&'a str>,
}

impl Problem {
    /// A problem of this code; `detail` says what, where and how to mend it.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), field: None, retry_after_secs: None }
    }

    /// A value that cannot be taken, with the path of its field.
    pub fn field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Code::InvalidField, detail).at(field)
    }

    /// Something that will be better later, in so many seconds.
    pub fn later(code: Code, retry_after_secs: u64, detail: impl Into<String>) -> Self {
        Self { retry_after_secs: Some(retry_after_secs.max(1)), ..Self::new(code, detail) }
    }

    /// Names the field at fault.
    #[must_use]
    pub fn at(self, field: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..self }
    }

    /// What is wrong.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// What is wrong in this request, and how to mend it.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The field at fault.
    #[must_use]
    pub fn field_path(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// Writes the answer's body and headers. `instance` is known by the outermost layer alone, which calls
    /// this again for the problem it finds in the answer's extensions.
    pub(super) fn fill(&self, response: &mut Response, instance: Option<&str>) {
        let (status, code, title) = self.code.facts();
        let view = ProblemView {
            about: format!("/docs#{code}"),
            code,
            title,
            status,
            detail: &self.detail,
            field: self.field.as_deref(),
            instance,
        };
        let body = serde_json::to_vec(&view).unwrap_or_default();
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(secs) = self.retry_after_secs {
            headers.insert(header::RETRY_AFTER, secs.into());
        }
        if self.code == Code::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"stasisd\""));
        }
        *response.body_mut() = body.into();
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        *response.status_mut() =
            StatusCode::from_u16(self.code.facts().0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.fill(&mut response, None);
        response.extensions_mut().insert(self);
        response
    }
}

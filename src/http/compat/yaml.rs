//! YAML as answers and bodies of the routes that Tomàtic's clients use.

use axum::{
    extract::FromRequest,
    extract::Request,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    http::{extract::Text, problem::Problem, state::App},
    people::tomatic::yaml,
};

const KIND: &str = "application/x-yaml";

/// YAML in a body, both ways. JSON is YAML too.
#[derive(Debug)]
pub(super) struct Yaml<T>(pub(super) T);

/// What these routes refuse, in their shape: 400 and `error: <text>`. Everything else that can be wrong is a problem as
/// everywhere.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Told as `error`.
    Refused(String),
    /// A problem.
    Problem(Problem),
}

impl<E: Into<Problem>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Problem(error.into())
    }
}

impl<T: Serialize> IntoResponse for Yaml<T> {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, KIND)], yaml::write(&self.0)).into_response()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(error) => {
                let body = Yaml(serde_json::json!({ "error": error }));
                (StatusCode::BAD_REQUEST, body).into_response()
            }
            Self::Problem(problem) => problem.into_response(),
        }
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Yaml<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        let Text(text) = Text::from_request(request, app).await?;
        yaml::read(&text).map(Self).map_err(Refusal::Refused)
    }
}

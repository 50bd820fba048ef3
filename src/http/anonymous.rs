//! Requests that need no token have their address' allowance.

use axum::{extract::FromRequestParts, http::request::Parts};

use super::{
    auth::{self, Peer},
    problem::Problem,
    state::App,
};

/// Anyone may, but not all the time.
pub(super) struct Anyone;

impl FromRequestParts<App> for Anyone {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        auth::anonymous(Peer::of(parts), app).map(|()| Self)
    }
}

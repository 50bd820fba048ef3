//! `/v1/messages` and `/v1/channels`: what the team is told, and what somebody says. One endpoint, one file.

mod channels;
mod get;
mod list;
mod say;
mod view;
mod withdraw;

use super::{
    code::Code,
    endpoints::{Endpoints, routes},
    problem::Problem,
};
use crate::{messaging::SayError, model::MessageId};

pub(super) fn routes() -> Endpoints {
    Endpoints::new()
        .routes(routes!(list::list, say::say))
        .routes(routes!(get::get, withdraw::withdraw))
        .routes(routes!(channels::channels))
}

/// Reads a message's id out of a path.
fn id(text: &str) -> Result<MessageId, Problem> {
    MessageId::parse(text).ok_or_else(|| Problem::field("id", "a message's id is a UUID"))
}

fn unknown(id: MessageId) -> Problem {
    Problem::new(Code::NotFound, format!("there is no message {id}"))
}

/// When there may be room again.
const FULL_SECS: u64 = 30;

impl From<SayError> for Problem {
    fn from(error: SayError) -> Self {
        match error {
            SayError::Field { field, why } => Self::field(field, why),
            SayError::NoChannel(why) => Self::new(Code::NotFound, why),
            SayError::Conflict => {
                Self::new(Code::IdempotencyConflict, error.to_string()).at("idempotency_key")
            }
            SayError::Full(_) => Self::later(Code::Unavailable, FULL_SECS, error.to_string()),
            SayError::NotWaiting(_) => Self::new(Code::MessageNotWaiting, error.to_string()),
            SayError::Storage(error) => error.into(),
        }
    }
}

//! `/v1/queues`: the queues as they are now, their members and callers. One endpoint, one file.

mod add;
mod get;
mod list;
mod pause;
mod penalty;
mod place;
mod remove;
mod resume;
mod view;
mod withdraw;

use self::view::MemberView;
use super::{
    code::Code,
    endpoints::{Endpoints, routes},
    problem::Problem,
    state::App,
};
use crate::{
    model::{MemberChange, QueueAction},
    queue::QueueError,
};

/// What a client waits before it asks again while the manager is away.
const RETRY_SECS: u64 = 2;
/// Bytes of a reason or a name: `app_queue` cuts the rest off, in the middle of a letter if need be.
const LONGEST: usize = 79;

pub(super) fn routes() -> Endpoints {
    Endpoints::new()
        .routes(routes!(list::list))
        .routes(routes!(get::get))
        .routes(routes!(add::add))
        .routes(routes!(remove::remove))
        .routes(routes!(pause::pause))
        .routes(routes!(resume::resume))
        .routes(routes!(penalty::penalty))
        .routes(routes!(withdraw::withdraw))
        .routes(routes!(place::place))
}

impl From<QueueError> for Problem {
    fn from(error: QueueError) -> Self {
        let detail = error.to_string();
        match error {
            QueueError::Away(_) => Self::later(Code::Unavailable, RETRY_SECS, detail),
            QueueError::NoQueue(_) | QueueError::NoMember { .. } | QueueError::NoCaller { .. } => {
                Self::new(Code::NotFound, detail)
            }
            QueueError::IsMember { .. } | QueueError::Static(_) | QueueError::Refused(_) => {
                Self::new(Code::QueueRefused, detail)
            }
            QueueError::Timeout => Self::new(Code::Timeout, detail),
        }
    }
}

/// Does it whether or not the client waits for the answer; gives the member as they are then.
async fn act(app: &App, action: QueueAction, by: &str) -> Result<Option<MemberView>, Problem> {
    let (own, by) = (App::clone(app), by.to_owned());
    let work = async move {
        let queues = &own.rooms.queues;
        queues.act(&action, &by).await?;
        tracing::info!(
            queue = action.queue, interface = action.interface, change = ?action.change, token = by,
            "a queue's member was changed by the API"
        );
        let state = queues.snapshot(&action.queue);
        Ok(state.and_then(|state| state.member(&action.interface).map(MemberView::of)))
    };
    app.work.to_the_end(work).await
}

/// The same for somebody who is a member and stays one.
async fn change(
    app: &App,
    queue: String,
    member: &str,
    change: MemberChange,
    by: &str,
) -> Result<MemberView, Problem> {
    let interface = interface(app, &queue, member)?;
    let gone = QueueError::NoMember { queue: queue.clone(), interface: interface.clone() };
    act(app, QueueAction { queue, interface, change }, by).await?.ok_or_else(|| gone.into())
}

/// Whom a path or a body means: an interface (`PJSIP/201`), the name of a member of this queue, or an extension that
/// is a member as `PJSIP/<extension>`.
fn interface(app: &App, queue: &str, member: &str) -> Result<String, Problem> {
    if member.contains('/') {
        return Ok(member.to_owned());
    }
    let state = app.rooms.queues.snapshot(queue);
    let plain = format!("PJSIP/{member}");
    let found = state.iter().flat_map(|state| &state.members);
    let mut found = found.filter(|other| other.interface == plain || other.name == member);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one.interface.clone()),
        (None, _) if !app.rooms.queues.is_connected() => {
            Err(QueueError::Away(app.rooms.queues.standing().words).into())
        }
        (None, _) => {
            let detail =
                format!("nobody in the queue {queue} is {member:?}: name the interface, as PJSIP/201");
            Err(Problem::new(Code::NotFound, detail))
        }
        (Some(_), Some(_)) => {
            let detail = format!("several members of the queue {queue} are {member:?}: name the interface");
            Err(Problem::field("member", detail))
        }
    }
}

/// `app_queue` reads it as a signed number.
fn check_penalty(penalty: u32) -> Result<(), Problem> {
    if penalty > 1_000_000 {
        return Err(Problem::field("penalty", "0 to 1000000"));
    }
    Ok(())
}

/// A text that people read and Asterisk carries.
fn text(field: &str, text: Option<String>) -> Result<String, Problem> {
    let text = text.unwrap_or_default();
    if text.len() > LONGEST || text.chars().any(char::is_control) {
        return Err(Problem::field(field, format!("at most {LONGEST} bytes in UTF-8, on one line")));
    }
    Ok(text)
}

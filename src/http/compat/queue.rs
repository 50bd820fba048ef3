//! `GET /api/queue` and `/api/queue/{add,pause,resume}/{person}`: the queue in the shape that Tomàtic's pages read.

use std::collections::BTreeMap;

use axum::extract::State;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::yaml::{Refusal, Yaml};
use crate::{
    http::{
        auth::May,
        clock,
        extract::{Path, Query},
        problem::Problem,
        scope::{QueuesRead, QueuesWrite},
        state::App,
    },
    model::{Member, MemberState, OverrideKind, Person, PersonId, Whom},
    queue::{
        history::{By, bounds},
        program::{NewOverride, ProgramError},
    },
    storage::Persons,
};

/// Which queue.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// The queue; if not given, the first that a timetable fills.
    queue: Option<String>,
}

/// The queue's members.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OldQueue)]
pub(super) struct CurrentQueue {
    #[serde(rename = "currentQueue")]
    current_queue: Vec<Agent>,
}

/// A member.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OldAgent)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "the shape is another system's")]
struct Agent {
    /// The person's id; of a stranger, the extension.
    key: String,
    name: String,
    extension: String,
    paused: bool,
    disconnected: bool,
    available: bool,
    ringing: bool,
    incall: bool,
    /// Calls taken since Asterisk's last reset.
    ncalls: u32,
    /// Talk of today.
    seconds_in_calls: u64,
    seconds_since_last_call: i64,
    /// `busy`, `inuseringing`, `onhold`.
    flags: Vec<&'static str>,
}

/// The queue's members (older shape)
///
/// As YAML: `currentQueue: [..]`.
#[utoipa::path(
    get, path = "/api/queue", tag = "older names", operation_id = "oldQueue",
    security(("token" = ["queues:read"])),
    params(Which),
    responses((status = 200, body = CurrentQueue, content_type = "application/x-yaml",
        description = "Who is in the queue"))
)]
pub(super) async fn show(
    _: May<QueuesRead>,
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Yaml<CurrentQueue>, Refusal> {
    current(&app, &queue_of(&app, which)?).await
}

/// Add a person to the queue (older shape)
///
/// Until the end of the shift. A person without extension is ignored.
#[utoipa::path(
    get, path = "/api/queue/add/{person}", tag = "older names", operation_id = "oldQueueAdd",
    security(("token" = ["queues:write"])),
    params(("person" = String, Path, description = "The person's id"), Which),
    responses((status = 200, body = CurrentQueue, content_type = "application/x-yaml",
        description = "Who is in the queue then"))
)]
pub(super) async fn add(
    who: May<QueuesWrite>,
    State(app): State<App>,
    Path(person): Path<String>,
    Query(which): Query<Which>,
) -> Result<Yaml<CurrentQueue>, Refusal> {
    let queue = queue_of(&app, which)?;
    if let Ok(person) = PersonId::parse(&person) {
        let (kind, note) = (OverrideKind::Add { penalty: 0 }, String::new());
        let new = NewOverride { whom: Whom::Person(person), kind, expires_at: None, note };
        let (programming, name, by) = (app.rooms.programming.clone(), queue.clone(), who.token.name.clone());
        let work = async move {
            match programming.overrule(&name, new, &by, clock::now()).await {
                Err(ProgramError::Field { field: "person", .. }) => Ok(()),
                Err(error) => Err(Problem::from(error)),
                // The answer shows it already, if Asterisk takes it now.
                Ok(_) => programming.pass(&name, clock::now()).await.map(drop).map_err(Problem::from),
            }
        };
        app.work.to_the_end(work).await?;
    }
    current(&app, &queue).await
}

/// Pause a person (older shape)
///
/// Whoever has no extension, or is no member, is ignored.
#[utoipa::path(
    get, path = "/api/queue/pause/{person}", tag = "older names", operation_id = "oldQueuePause",
    security(("token" = ["queues:write"])),
    params(("person" = String, Path, description = "The person's id"), Which),
    responses((status = 200, body = CurrentQueue, content_type = "application/x-yaml",
        description = "Who is in the queue then"))
)]
pub(super) async fn pause(
    who: May<QueuesWrite>,
    State(app): State<App>,
    Path(person): Path<String>,
    Query(which): Query<Which>,
) -> Result<Yaml<CurrentQueue>, Refusal> {
    set_pause(&app, which, &person, Some(String::new()), &who.token.name).await
}

/// Resume a person (older shape)
///
/// Whoever has no extension, or is no member, is ignored.
#[utoipa::path(
    get, path = "/api/queue/resume/{person}", tag = "older names", operation_id = "oldQueueResume",
    security(("token" = ["queues:write"])),
    params(("person" = String, Path, description = "The person's id"), Which),
    responses((status = 200, body = CurrentQueue, content_type = "application/x-yaml",
        description = "Who is in the queue then"))
)]
pub(super) async fn resume(
    who: May<QueuesWrite>,
    State(app): State<App>,
    Path(person): Path<String>,
    Query(which): Query<Which>,
) -> Result<Yaml<CurrentQueue>, Refusal> {
    set_pause(&app, which, &person, None, &who.token.name).await
}

async fn set_pause(
    app: &App,
    which: Which,
    person: &str,
    reason: Option<String>,
    by: &str,
) -> Result<Yaml<CurrentQueue>, Refusal> {
    let queue = queue_of(app, which)?;
    if let Ok(person) = PersonId::parse(person) {
        let (programming, name, by) = (app.rooms.programming.clone(), queue.clone(), by.to_owned());
        let work = async move { Ok(programming.pause(&name, &person, reason, &by).await?) };
        app.work.to_the_end(work).await?;
    }
    current(app, &queue).await
}

fn queue_of(app: &App, which: Which) -> Result<String, Problem> {
    let first = || app.rooms.programming.queues().next().map(str::to_owned);
    let none = || Problem::from(ProgramError::NotProgrammed("?queue=".to_owned()));
    which.queue.or_else(first).ok_or_else(none)
}

async fn current(app: &App, queue: &str) -> Result<Yaml<CurrentQueue>, Refusal> {
    let (hands, plans) = app.rooms.programming.ports();
    let unknown = || ProgramError::Unknown(queue.to_owned());
    let state = hands.snapshot(queue).ok_or_else(unknown)?;
    let persons = plans.persons().await?;
    let (now, statistics) = (clock::now(), &app.rooms.statistics);
    let counting = statistics.counting(queue, None);
    let today = bounds(Zoned::new(now, counting.zone.clone()).date(), &counting.zone);
    let (from, to) = today.unwrap_or((now, now));
    let (_, groups) = statistics.figures(queue, (from, to), By::Member, &counting).await?;
    let talk: BTreeMap<&str, u64> =
        groups.iter().map(|group| (group.key.as_str(), group.figures.talk.total)).collect();
    let agents = state.members.iter().map(|member| {
        let seconds = talk.get(member.interface.as_str()).copied().unwrap_or(0);
        agent(member, &persons, seconds, now)
    });
    Ok(Yaml(CurrentQueue { current_queue: agents.collect() }))
}

fn agent(member: &Member, persons: &Persons, seconds_in_calls: u64, now: Timestamp) -> Agent {
    let person = persons.values().find(|p| p.member_interface().as_deref() == Some(&member.interface));
    let raw = member.interface.split_once('/').map_or(&*member.interface, |(_, name)| name);
    let extension = person.and_then(|person| person.extension.clone()).unwrap_or_else(|| raw.to_owned());
    let name = |person: &Person| person.name.clone();
    let state = member.state;
    let flag = match state {
        MemberState::Busy => Some("busy"),
        MemberState::InCallRinging => Some("inuseringing"),
        MemberState::OnHold => Some("onhold"),
        _ => None,
    };
    let since = member.last_call_at.map_or(0, |at| now.duration_since(at).as_secs().max(0));
    Agent {
        key: person.map_or_else(|| extension.clone(), |person| person.id.to_string()),
        name: person.map_or_else(|| member.name.clone(), name),
        extension,
        paused: member.paused.is_some(),
        disconnected: matches!(state, MemberState::Unknown | MemberState::Unreachable),
        available: state == MemberState::Free,
        ringing: matches!(state, MemberState::Ringing | MemberState::InCallRinging),
        incall: matches!(state, MemberState::InCall | MemberState::Busy | MemberState::InCallRinging),
        ncalls: member.calls_taken,
        seconds_in_calls,
        seconds_since_last_call: since,
        flags: flag.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Membership, Paused};

    #[test]
    fn a_member_is_an_agent() {
        let id = PersonId::parse("anna").unwrap();
        let anna = Person { extension: Some("201".into()), ..Person::new(id.clone()) };
        let persons: Persons = [(id, anna)].into();
        let now = Timestamp::from_second(1_000).unwrap();
        let member = Member {
            interface: "PJSIP/201".into(),
            name: "x".into(),
            membership: Membership::Dynamic,
            penalty: 0,
            paused: Some(Paused { reason: String::new(), since: None }),
            state: MemberState::InCallRinging,
            state_since: None,
            in_call: true,
            in_wrap_up: false,
            calls_taken: 3,
            last_call_at: Timestamp::from_second(900).ok(),
        };
        let shown = serde_json::to_value(agent(&member, &persons, 77, now)).unwrap();
        let expected = serde_json::json!({
            "key": "anna", "name": "Anna", "extension": "201", "paused": true, "disconnected": false,
            "available": false, "ringing": true, "incall": true, "ncalls": 3, "secondsInCalls": 77,
            "secondsSinceLastCall": 100, "flags": ["inuseringing"],
        });
        assert_eq!(shown, expected);
        let stranger = Member { interface: "Local/300@x".into(), last_call_at: None, ..member };
        let shown = agent(&stranger, &persons, 0, now);
        assert_eq!((&*shown.key, &*shown.name, shown.seconds_since_last_call), ("300@x", "x", 0));
    }
}

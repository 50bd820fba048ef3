//! What happens that people are told of: a planning that failed, a telephone that nobody answered.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Draft, To};
use crate::{
    config::RemindersConfig,
    messaging::facts::Facts,
    model::{MessageKind, Notice, NoticeKind},
};

/// One member's silence is told once in so long.
const ONCE_IN_SECS: i64 = 600;

/// What a notice means for people, if anything.
pub(crate) fn of_notice(notice: &Notice, rules: &RemindersConfig, facts: &Facts) -> Option<Draft> {
    let text = |field: &str| notice.data[field].as_str().unwrap_or_default();
    match notice.kind {
        NoticeKind::TimetablePlanning
            if rules.planning_failed && is_no_week(text("state"), &notice.data["why"]) =>
        {
            let why = sentences(&notice.data["why"]);
            Some(planning_failed(text("planning"), text("timetable"), text("week"), &why))
        }
        NoticeKind::QueueMember if rules.did_not_answer && text("what") == "did_not_answer" => {
            let (queue, interface) = (text("queue"), text("interface"));
            let known =
                facts.persons.iter().find(|person| person.member_interface().as_deref() == Some(interface));
            let name = known.map_or_else(|| name(&notice.data, interface), |person| person.name.clone());
            let shifts = facts.shifts.iter().find(|shifts| shifts.queue == queue);
            Some(Draft {
                key: format!("did_not_answer {queue} {interface} {}", notice.at.as_second() / ONCE_IN_SECS),
                kind: MessageKind::DidNotAnswer,
                to: To::Team(shifts.map(|shifts| shifts.table.name.clone())),
                values: json!({ "queue": queue, "name": name }),
                valid_until: notice.at.checked_add(SignedDuration::from_secs(ONCE_IN_SECS)).ok(),
                figures: None,
            })
        }
        _ => None,
    }
}

/// Whether a planning ended without a week that people go by: one that is done, and says why, was not published.
fn is_no_week(state: &str, why: &Value) -> bool {
    let says_why = why.as_array().is_some_and(|why| !why.is_empty());
    matches!(state, "failed" | "unsolvable") || (state == "done" && says_why)
}

/// A week was not planned: each planning is told once, whether it was heard of or found in the store.
pub(crate) fn planning_failed(planning: &str, timetable: &str, week: &str, why: &str) -> Draft {
    let why = Some(why).filter(|why| !why.is_empty());
    Draft {
        key: format!("planning {timetable} {week} {planning}"),
        kind: MessageKind::PlanningFailed,
        to: To::Supervisors(timetable.to_owned()),
        values: json!({ "timetable": timetable, "week": week, "why": why }),
        valid_until: None,
        figures: None,
    }
}

/// One, or several.
fn sentences(why: &Value) -> String {
    match why {
        Value::String(why) => why.clone(),
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}

fn name(data: &Value, interface: &str) -> String {
    let name = data["name"].as_str().filter(|name| !name.is_empty());
    name.unwrap_or(interface).to_owned()
}

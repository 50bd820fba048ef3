//! Asterisk's manager: it answers, takes our user, the user may do and hear what is needed and no more, and the queues
//! that timetables fill are there.

use std::{collections::BTreeSet, time::Duration};

use tokio::{sync::mpsc, time::timeout};
use tokio_util::sync::CancellationToken;

use super::finding::Finding;
use crate::{
    ami::{self, Action, Client, Event, Hello, MemberFacts, Wire},
    config::{AmiConfig, Config},
    model::Membership,
};

const NAME: &str = "manager";
/// Beside the login's own deadline.
const SPARE: Duration = Duration::from_secs(1);
/// How long an event may be late.
const EVENT: Duration = Duration::from_secs(2);

/// Actions that are needed, and what is missed without them.
const NEEDED: [(&str, &str); 4] = [
    ("QueueAdd", "members cannot be added"),
    ("QueueRemove", "members cannot be removed"),
    ("QueuePause", "members cannot be paused"),
    ("QueuePenalty", "members' penalties cannot be changed"),
];
/// Actions that nobody here needs and that an attacker would like.
const TOO_MUCH: [&str; 5] = ["Originate", "Command", "UpdateConfig", "ModuleLoad", "Redirect"];

/// Everything that can be seen of it.
pub(super) async fn look(config: &Config) -> Vec<Finding> {
    let filled: Vec<_> = config.timetables.iter().filter(|(_, timetable)| timetable.program_queue).collect();
    if !config.ami.enabled {
        return vec![match filled.first() {
            None => Finding::ok(NAME, "off: ami.enabled"),
            Some((name, timetable)) => {
                let queue = &timetable.queue;
                let seen = format!("the timetable {name} fills the queue {queue}, and ami.enabled is off");
                let mend = "set ami.enabled = true, with a user as in config/asterisk/manager.conf; or program_queue = false";
                Finding::failed(NAME, seen, mend)
            }
        }];
    }
    let (client, wire, connection) = match ami::connect(&config.ami) {
        Ok(connected) => connected,
        Err(error) => return vec![Finding::failed(NAME, error.to_string(), "mend that setting")],
    };
    let end = CancellationToken::new();
    let looking = async {
        let findings = visit(config, &client, wire).await;
        end.cancel();
        findings
    };
    let (findings, ()) = tokio::join!(looking, connection.run(end.clone()));
    findings
}

async fn visit(config: &Config, client: &Client, mut wire: mpsc::Receiver<Wire>) -> Vec<Finding> {
    let ami = &config.ami;
    let patience = Duration::from_millis(ami.connect_timeout_ms) + SPARE;
    let hello = match timeout(patience, wire.recv()).await {
        Ok(Some(Wire::Up(hello))) => hello,
        Ok(Some(Wire::Down { why })) => return vec![unreachable(ami, &why)],
        _ => return vec![unreachable(ami, "no answer in time")],
    };
    let seen = format!("AMI {} at {} takes user {:?}", hello.manager_version, ami.address, ami.user);
    let mut findings = vec![Finding::ok(NAME, seen)];
    match client.act(Action::new("ListCommands")).await {
        Ok(answer) => {
            let may: BTreeSet<&str> = answer.headers().map(|(name, _)| name).collect();
            findings.extend(rights(&may, &ami.user, &hello));
        }
        Err(error) => findings.push(Finding::doubtful(
            NAME,
            format!("does not tell what its user may do: {error}"),
            "see what Asterisk's console says, then try again",
        )),
    }
    match client.list(Action::new("QueueStatus")).await {
        Ok(list) => {
            findings.extend(queues(config, &list));
            findings.extend(hears(client, &mut wire, &list, &ami.user).await);
        }
        Err(error) => {
            let mend = "load app_queue.so (modules.conf), then: asterisk -rx 'module load app_queue.so'";
            findings.push(Finding::failed(NAME, format!("the queues cannot be read: {error}"), mend));
        }
    }
    findings
}

fn unreachable(ami: &AmiConfig, why: &str) -> Finding {
    let mend = "start Asterisk; manager.conf needs enabled=yes and a user as in config/asterisk/manager.conf; \
                ami.address must be its bindaddr and port; then: asterisk -rx 'manager reload'";
    Finding::failed(NAME, format!("{}: {why}", ami.address), mend)
}

/// What the user may do, by the actions that Asterisk lists for them.
fn rights(may: &BTreeSet<&str>, user: &str, hello: &Hello) -> Vec<Finding> {
    let line =
        |what: &str| format!("in [{user}] of manager.conf: {what}; then: asterisk -rx 'manager reload'");
    let mut findings = Vec::new();
    let lacks: Vec<_> = NEEDED.iter().filter(|(action, _)| !may.contains(action)).collect();
    if !may.contains("QueueStatus") {
        let mend = "load app_queue.so (modules.conf), then: asterisk -rx 'module load app_queue.so'";
        findings.push(Finding::failed(NAME, "Asterisk has no queues: app_queue is not loaded", mend));
    } else if let [(action, missed), ..] = lacks[..] {
        let seen = format!("{user:?} may not use {action}, so {missed}: the class `agent` lacks in `write`");
        findings.push(Finding::failed(NAME, seen, line("write = agent")));
    }
    if may.contains("QueueStatus") && !may.contains("QueueWithdrawCaller") {
        let mend = "Asterisk 18.11, 19.3 or later has it";
        findings.push(Finding::doubtful(NAME, "waiting callers cannot be withdrawn", mend));
    }
    if let Some(action) = TOO_MUCH.iter().find(|action| may.contains(*action)) {
        let seen = format!("{user:?} may do more than is needed ({action})");
        findings.push(Finding::doubtful(NAME, seen, line("write = agent")));
    }
    if !hello.is_booted {
        let seen = "it is not told when Asterisk restarts or reloads: the class `system` lacks in `read`";
        findings.push(Finding::doubtful(NAME, seen, line("read = system,agent,dialplan")));
    }
    findings
}

/// The queues that timetables fill are there.
fn queues(config: &Config, list: &[Event]) -> Vec<Finding> {
    const NAME: &str = "queues";
    let names: BTreeSet<&str> = list
        .iter()
        .filter_map(|event| if let Event::Queue { name, .. } = event { Some(name.as_str()) } else { None })
        .collect();
    let mut findings: Vec<Finding> = config
        .timetables
        .iter()
        .filter(|(_, filled)| filled.program_queue && !names.contains(filled.queue.as_str()))
        .map(|(timetable, filled)| {
            let seen = format!("there is no queue {:?}, which the timetable {timetable} fills", filled.queue);
            let mend = "add it to queues.conf, then: asterisk -rx 'queue reload all'";
            Finding::failed(NAME, seen, mend)
        })
        .collect();
    if findings.is_empty() {
        let all: Vec<&str> = names.iter().copied().take(10).collect();
        let more = names.len().saturating_sub(all.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        findings.push(Finding::ok(NAME, format!("{}{more}", all.join(", "))));
    }
    findings
}

/// Whether the queues' events come: a member is given the penalty that they have, which Asterisk tells of.
async fn hears(
    client: &Client,
    wire: &mut mpsc::Receiver<Wire>,
    list: &[Event],
    user: &str,
) -> Option<Finding> {
    let member = list.iter().find_map(|event| match event {
        // Nobody's database is written for this.
        Event::Member(facts) if facts.membership != Membership::Realtime => Some(facts),
        _ => None,
    })?;
    let same = Action::new("QueuePenalty")
        .with("Queue", &member.queue)
        .with("Interface", &member.interface)
        .with("Penalty", member.penalty);
    client.act(same).await.ok()?;
    if timeout(EVENT, told(wire, member)).await.is_ok() {
        return Some(Finding::ok(NAME, "tells of the queues' members as they change"));
    }
    let mend = format!(
        "in [{user}] of manager.conf: read = system,agent,dialplan, and the eventfilter lines of \
         config/asterisk/manager.conf or none; then: asterisk -rx 'manager reload'"
    );
    Some(Finding::failed(NAME, "a change of a queue's member is not told: queues would be seen late", mend))
}

async fn told(wire: &mut mpsc::Receiver<Wire>, member: &MemberFacts) {
    while let Some(news) = wire.recv().await {
        if let Wire::Event(Event::Member(facts)) = news
            && (&facts.queue, &facts.interface) == (&member.queue, &member.interface)
        {
            return;
        }
    }
    // The wire has ended: nothing will be told.
    std::future::pending::<()>().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(is_booted: bool) -> Hello {
        Hello { manager_version: "11.0.0".to_owned(), is_booted }
    }

    const RIGHT: [&str; 6] =
        ["QueueAdd", "QueueRemove", "QueuePause", "QueuePenalty", "QueueStatus", "QueueWithdrawCaller"];

    #[test]
    fn the_right_that_lacks_is_named_with_its_line() {
        let all = BTreeSet::from(RIGHT);
        assert_eq!(rights(&all, "stasisd", &hello(true)), []);
        let mut fewer = all.clone();
        fewer.remove("QueuePause");
        let found = rights(&fewer, "stasisd", &hello(true));
        assert!(found[0].seen.contains("QueuePause") && found[0].seen.contains("`agent`"), "{found:?}");
        assert!(found[0].mend.contains("write = agent"), "{found:?}");
        let found = rights(&all, "stasisd", &hello(false));
        assert!(found[0].seen.contains("`system`") && found[0].mend.contains("read = "), "{found:?}");
        let mut more = all;
        more.insert("Originate");
        assert!(rights(&more, "stasisd", &hello(true))[0].seen.contains("more than is needed"));
    }

    #[test]
    fn without_queues_there_is_one_reason() {
        let found = rights(&BTreeSet::from(["Ping"]), "stasisd", &hello(true));
        assert!(found.len() == 1 && found[0].seen.contains("app_queue"), "{found:?}");
    }
}

//! `stasisd doctor` names what the manager's user lacks, and the line that mends it.

use std::fs;

use super::ami;
use crate::{
    orders::beside,
    support::{daemon::Daemon, rig::Rig},
};

#[test]
fn rights_that_lack_are_named_with_their_line() {
    let rig = Rig::start("queue-doctor");
    let timetable = "[timetables.phones]\nqueue = \"nobody-home\"\ndays = [\"mon\"]\n\
                     hours = [\"09:00\", \"10:00\"]\nlines = 1\n";
    let daemon = Daemon::prepare(&rig.dir().join("daemon"), &beside(&rig), &(ami(&rig) + timetable));
    let file = rig.dir().join("etc/manager.conf");
    let good = fs::read_to_string(&file).unwrap();
    let examined = |read: &str, write: &str| {
        let text = good.replace("read = system,agent,dialplan", read).replace("write = agent", write);
        fs::write(&file, text).unwrap();
        rig.cli("manager reload");
        String::from_utf8(daemon.command(&["doctor"]).output().unwrap().stdout).unwrap()
    };
    let has = |said: &str, words: &[&str]| {
        for word in words {
            assert!(said.contains(word), "{word:?} is missing in\n{said}");
        }
    };
    let said = examined("read = system,agent,dialplan", "write = agent");
    has(
        &said,
        &["ok    manager", "tells of the queues' members", "FAIL  queues", "\"nobody-home\"", "queues.conf"],
    );
    let said = examined("read = system,agent,dialplan", "write = reporting");
    has(&said, &["FAIL  manager        \"stasisd\" may not use QueueAdd", "write = agent"]);
    let said = examined("read = call", "write = agent,originate");
    has(
        &said,
        &["lacks in `read`", "FAIL  manager        a change of a queue's member is not told", "(Originate)"],
    );
    let wrong = daemon.command(&["doctor"]).env("STASISD_AMI__PASSWORD", "wrong").output().unwrap();
    let said = String::from_utf8(wrong.stdout).unwrap();
    has(&said, &["FAIL  manager", "does not accept ami.user"]);
}

//! `stasisd doctor` beside a real Asterisk: what is well, and what is not, as Asterisk itself sees it.

use std::{fs, path::PathBuf};

use crate::support::{
    daemon::{Beside, Daemon},
    rig::Rig,
    scratch,
};

struct Patient {
    rig: Rig,
    daemon: Daemon,
    directory: PathBuf,
}

impl Patient {
    fn new(name: &str) -> Self {
        let rig = Rig::start(name);
        let directory = scratch("doctor", name);
        let beside = Beside {
            url: rig.ari_url().to_owned(),
            user: "stasisd".to_owned(),
            password: rig.ari_password().to_owned(),
        };
        let daemon = Daemon::prepare(&directory, &beside, "");
        Self { rig, daemon, directory }
    }

    /// What the doctor says of it with these settings in the environment, and its exit code.
    fn examined(&self, settings: &[(&str, &str)]) -> (Option<i32>, String) {
        let output = self.daemon.command(&["doctor"]).envs(settings.iter().copied()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    }

    #[track_caller]
    fn fails(&self, settings: &[(&str, &str)], words: &[&str]) {
        let (code, said) = self.examined(settings);
        assert_eq!(code, Some(1), "{said}");
        for word in words {
            assert!(said.contains(word), "{word:?} is missing in\n{said}");
        }
    }
}

impl Drop for Patient {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

#[test]
fn a_good_deployment_is_well_and_nothing_is_left_behind() {
    let patient = Patient::new("doctor-well");
    let (code, said) = patient.examined(&[]);
    for line in [
        "ok    asterisk ",
        "ok    application    \"stasisd\" is free",
        "ok    dialplan       stasisd-fallback,s,1",
        "ok    dialplan       stasisd-operators,s,1",
        "ok    dialplan       stasisd-inbound,s,1",
        "ok    overload       the dialplan can turn away a share",
        "ok    queue          operators",
        "ok    database",
        "ok    voice",
        "Asterisk plays a rendered prompt",
        "Asterisk plays a recording",
    ] {
        assert!(said.contains(line), "{line:?} is missing in\n{said}");
    }
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(patient.rig.channels(), 0);
    let bridges = patient.rig.cli("bridge show all");
    assert!(!bridges.contains("stasisd-doctor"), "{bridges}");
}

#[test]
fn what_asterisk_lacks_is_named_with_its_mend() {
    let patient = Patient::new("doctor-ill");
    let elsewhere = ("STASISD_CALLS__OPERATOR_CONTEXT", "nowhere");
    patient.fails(
        &[elsewhere],
        &["FAIL  dialplan       there is no nowhere,s,1", "include dialplan/stasisd.conf"],
    );

    patient.rig.set_global("STASISD_QUEUE", "no-such-queue");
    patient.fails(&[], &["FAIL  queue          there is no queue \"no-such-queue\"", "queues.conf"]);

    patient.fails(&[("STASISD_ARI__PASSWORD", "wrong")], &["FAIL  asterisk", "does not accept ari.user"]);
}

/// Asterisk and the daemon are two users on most machines, and one in tests. So what Asterisk lacks here is not
/// the right to read the file but the module that does.
#[test]
fn a_prompt_that_asterisk_cannot_play_is_told() {
    let patient = Patient::new("doctor-deaf");
    patient.rig.cli("module unload format_wav.so");
    let lines = [
        "FAIL  played         Asterisk cannot play a rendered prompt",
        "FAIL  played         Asterisk cannot play a recording",
        "namei -l",
    ];
    patient.fails(&[], &lines);
}

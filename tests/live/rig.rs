//! The rig itself: the shipped dialplan and samples in a real Asterisk, and callers who are heard and hear.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::support::{
    audio::{contains, find},
    eventually,
    rig::Rig,
    sipp::{Answer, Answerer, Caller, EndedBy, OnRefer},
};

const SOON: Duration = Duration::from_secs(15);

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn ari_get(rig: &Rig, password: &str, path: &str) -> String {
    ari(rig, password, "GET", path)
}

/// One ARI request; the whole answer.
pub fn ari(rig: &Rig, password: &str, method: &str, path: &str) -> String {
    let port = rig.port("HTTP_PORT");
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("Asterisk's web server");
    stream.set_read_timeout(Some(SOON)).expect("a timeout");
    let token = BASE64_STANDARD.encode(format!("stasisd:{password}"));
    write!(
        stream,
        "{method} /ari{path} HTTP/1.1\r\nHost: rig\r\nAuthorization: Basic {token}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    .expect("the request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn ari_answers_its_user_only() {
    let rig = Rig::start("ari");
    let info = ari_get(&rig, rig.ari_password(), "/asterisk/info");
    assert!(info.starts_with("HTTP/1.1 200") && info.contains("\"version\""), "{info}");
    assert!(ari_get(&rig, "wrong", "/asterisk/info").starts_with("HTTP/1.1 401"));
}

#[test]
fn a_caller_who_dials_no_number_reaches_the_operators() {
    let rig = Rig::start("no-number");
    let call = Caller::new(&rig, "sam").number("34600111222").to("sales").wait_ms(8000).hang_up().run();
    assert!(call.as_expected(), "{call:#?}");
    rig.quiet(SOON);
    let found = find(&rig.heard("sam"), &rig.sound("tt-weasels"));
    assert!(found.score > 0.8, "{found:?}");
}

#[test]
fn an_asterisk_that_is_too_old_is_not_taken() {
    let top = env!("CARGO_MANIFEST_DIR");
    let script = format!(
        "set -u; . {top}/tests/rig/lib/common.sh; . {top}/tests/rig/lib/install.sh\n\
         one() {{ echo \"Asterisk $VERSION\"; }}\n\
         for VERSION in 20.13.0 20.12.4 20.9.1 18.26.1 22.10.1~dfsg+~cs6.15-1 certified/20.7-cert4 GIT-22-abc; do\n\
         new_enough \"$(version one)\" && echo \"$VERSION\"; done; true"
    );
    let output = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.lines().collect::<Vec<_>>(), ["20.13.0", "22.10.1~dfsg+~cs6.15-1"], "{output:?}");
}

#[test]
fn a_command_that_fails_as_root_is_run_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().display();
    let top = env!("CARGO_MANIFEST_DIR");
    let script = format!(
        "printf '#!/bin/sh\\necho x >>{at}/runs\\nexit 3\\n' >{at}/sudo; chmod 755 {at}/sudo; PATH={at}:$PATH\n\
         . {top}/tests/rig/lib/common.sh; id() {{ echo 1000; }}; as_root true; echo $?"
    );
    let output = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "3", "{output:?}");
    assert_eq!(std::fs::read_to_string(folder.path().join("runs")).unwrap(), "x\n");
}

#[test]
fn with_no_daemon_a_caller_reaches_the_operators() {
    let rig = Rig::start("operators");
    let call = Caller::new(&rig, "alice").number("34600111222").to("1000").wait_ms(8000).hang_up().run();
    assert!(call.as_expected(), "{call:#?}");
    assert_eq!((call.status(), call.ended_by()), (Some(200), EndedBy::Caller));
    rig.quiet(SOON);
    let found = find(&rig.heard("alice"), &rig.sound("tt-weasels"));
    assert!(found.score > 0.8, "{found:?}");
    assert!(contains(&rig.heard("alice"), &rig.sound("demo-congrats")) < 0.4);
    assert!(rig.log().contains("Stasis() ended with FAILED"));
}

#[test]
fn only_digits_of_the_dialled_number_go_on() {
    let rig = Rig::start("digits");
    let dialled = "500%26PJSIP%2f14165551212";
    let call = Caller::new(&rig, "mallory").to(dialled).wait_ms(500).hang_up().run();
    assert_eq!(call.status(), Some(200), "{call:#?}");
    let log = rig.log();
    assert!(log.contains("STASISD_CALLED=50014165551212"), "{log}");
    assert!(
        log.contains(
            "Stasis(\"PJSIP/caller0-00000000\", \"stasisd,,called=50014165551212,gateway=,routed=\")"
        ),
        "{log}"
    );
}

#[test]
fn flow_and_gateway_are_passed_without_what_could_break_out() {
    let rig = Rig::start("arguments");
    rig.set_global("STASISD_GATEWAY", "ac,me\\;x");
    Caller::new(&rig, "a").to("+3493").flow("order-status").wait_ms(200).hang_up().run();
    let log = rig.log();
    assert!(log.contains("\"stasisd,order-status,called=+3493,gateway=acmex,routed=\""), "{log}");
}

#[test]
fn calls_over_the_limit_are_refused_early_and_reach_the_operators() {
    let rig = Rig::start("limit");
    // An application that exists nowhere ends Stasis() at once; Wait() stands in for a daemon with a call.
    rig.set_global("STASISD_MAX_CALLS", "1");
    rig.cli("dialplan add extension 1,1,Set(GROUP(stasisd)=inbound) into rig-people replace");
    rig.cli("dialplan add extension 1,2,Answer() into rig-people replace");
    rig.cli("dialplan add extension 1,3,Wait(60) into rig-people replace");
    rig.cli("channel originate Local/1@rig-people application Wait 60");
    eventually(SOON, || {
        let groups = rig.cli("group show channels");
        if groups.contains("inbound") { Ok(()) } else { Err(groups) }
    });
    let call = Caller::new(&rig, "late").wait_ms(5000).hang_up().run();
    assert_eq!(call.status(), Some(200));
    let log = rig.log();
    assert!(log.contains("stasisd: 2 calls, over the limit of 1"), "{log}");
    assert!(!log.contains("stasisd-inbound:6] Stasis("), "Stasis() must not be entered");
    assert!(contains(&rig.heard("late"), &rig.sound("tt-weasels")) > 0.8);
    // With the operators it counts no more.
    assert!(!rig.cli("group show channels").contains("caller0"));
}

#[test]
fn keys_arrive_also_the_same_one_twice() {
    let rig = Rig::start("keys");
    let call = Caller::new(&rig, "typist")
        .to("keys")
        .wait_ms(300)
        .keys("1123*0")
        .press('#')
        .until_bye(secs(15))
        .run();
    assert!(call.as_expected(), "{call:#?}");
    assert_eq!(call.ended_by(), EndedBy::Asterisk);
    assert_eq!(rig.global("RIG_KEYS_typist").as_deref(), Some("1123*0"), "{}", rig.log());
    assert!(contains(&rig.heard("typist"), &rig.sound("tt-weasels")) > 0.8);
}

#[test]
fn what_a_caller_says_is_heard() {
    let rig = Rig::start("say");
    let words = rig.sound("hello-world");
    Caller::new(&rig, "talker").to("echo").wait_ms(300).say(&words).wait_ms(500).press('5').hang_up().run();
    let (said, heard) = (contains(&rig.said("talker"), &words), contains(&rig.heard("talker"), &words));
    assert!(said > 0.8 && heard > 0.8, "said {said}, heard {heard}");
}

#[test]
fn a_refer_is_seen_and_answered() {
    let rig = Rig::start("refer");
    let moved = Caller::new(&rig, "moved").to("refer").until_bye(secs(10)).run();
    assert!(moved.as_expected(), "{moved:#?}");
    let target = format!("sip:referred@127.0.0.1:{}", rig.port("CARRIER_PORT"));
    assert_eq!(moved.refers(), [target]);
    assert_eq!(rig.global("RIG_TRANSFER_moved").as_deref(), Some("SUCCESS 0"), "{}", rig.log());
    let stays =
        Caller::new(&rig, "stays").to("refer").on_refer(OnRefer::Refuse(603)).until_bye(secs(10)).run();
    assert_eq!(stays.refers().len(), 1, "{stays:#?}");
    assert_eq!(rig.global("RIG_TRANSFER_stays").as_deref(), Some("FAILURE 603"), "{}", rig.log());
}

#[test]
fn a_caller_can_give_up_before_the_answer() {
    let rig = Rig::start("cancel");
    rig.set_global("STASISD_OPERATORS", "rig-people,silent,1");
    rig.cli("dialplan remove extension s@stasisd-operators 6");
    let call = Caller::new(&rig, "hasty").cancel_after(secs(2)).run();
    assert_eq!((call.status(), call.ended_by()), (Some(487), EndedBy::NotAnswered), "{call:#?}");
    rig.quiet(SOON);
}

#[test]
fn two_rigs_do_not_meet_and_each_can_be_killed_frozen_and_restarted() {
    let (one, two) = (Rig::start("one"), Rig::start("two"));
    assert_ne!(one.port("SIP_PORT"), two.port("SIP_PORT"));
    let call = Caller::new(&one, "bob").to("echo").wait_ms(20_000).start();
    call.answered(SOON);
    assert_eq!((one.channels(), two.channels()), (1, 0));
    one.freeze();
    assert!(TcpStream::connect(("127.0.0.1", one.port("HTTP_PORT"))).is_ok(), "its socket is still there");
    one.thaw();
    one.kill();
    assert!(TcpStream::connect(("127.0.0.1", one.port("HTTP_PORT"))).is_err());
    let before = two.pid();
    one.restart();
    assert_eq!(one.channels(), 0);
    assert_eq!(two.pid(), before);
    assert!(ari_get(&one, one.ari_password(), "/asterisk/info").starts_with("HTTP/1.1 200"));
    drop(call);
}

#[test]
fn the_samples_load_without_a_word_of_complaint() {
    let rig = Rig::start("samples");
    let complaints: Vec<_> = rig
        .log()
        .lines()
        .filter(|l| l.contains("] WARNING[") || l.contains("] ERROR["))
        .map(str::to_owned)
        .collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[test]
fn what_the_daemon_needs_is_loaded() {
    let rig = Rig::start("modules");
    let modules = rig.cli("module show");
    let wanted = "res_ari_channels res_ari_events res_ari_playbacks app_stasis res_http_media_cache res_curl func_curl \
                  app_queue app_amd res_agi app_mixmonitor res_musiconhold app_transfer res_pjsip_refer chan_pjsip \
                  codec_ulaw codec_alaw codec_gsm format_wav format_pcm format_sln format_gsm res_stasis_recording";
    let missing: Vec<_> =
        wanted.split_whitespace().filter(|name| !modules.contains(&format!("{name}.so"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn ami_lets_its_user_in_and_shows_the_queue() {
    let rig = Rig::start("ami");
    let mut stream = TcpStream::connect(("127.0.0.1", rig.port("AMI_PORT"))).expect("AMI");
    stream.set_read_timeout(Some(SOON)).expect("a timeout");
    let password = rig.var("AMI_PASSWORD");
    write!(
        stream,
        "Action: Login\r\nUsername: stasisd\r\nSecret: {password}\r\nEvents: off\r\n\r\n\
         Action: QueueStatus\r\nQueue: operators\r\n\r\nAction: Logoff\r\n\r\n"
    )
    .expect("the actions");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answers");
    assert!(answer.contains("Authentication accepted") && answer.contains("Name: Operator 1"), "{answer}");
}

#[test]
fn a_call_from_the_carrier_brings_its_gateway_and_a_phone_in_the_queue_takes_it() {
    let rig = Rig::start("carrier");
    rig.set_global("STASISD_QUEUE", "phones");
    let operator = Answerer::operator(&rig, Answer::Picks(secs(1), secs(2)));
    let call = Caller::new(&rig, "carol").via_carrier().to("3493").until_bye(secs(15)).run();
    assert!(call.as_expected(), "{call:#?}");
    assert_eq!(call.ended_by(), EndedBy::Asterisk, "{call:#?}");
    assert!(operator.done(SOON));
    assert!(rig.log().contains("\"stasisd,,called=3493,gateway=carrier,routed=\""), "{}", rig.log());
}

#[test]
fn people_who_are_called_answer_refuse_or_let_it_ring() {
    let rig = Rig::start("people");
    let picks = Answerer::start(&rig, "picks", Answer::Picks(secs(1), secs(1)));
    let busy = Answerer::start(&rig, "busy", Answer::Refuses(486));
    let never = Answerer::start(&rig, "never", Answer::Never);
    for who in [&picks, &busy, &never] {
        rig.cli(&format!("channel originate {} application Wait 20", who.endpoint()));
    }
    assert!(picks.done(SOON) && busy.done(SOON));
    eventually(SOON, || {
        let channels = rig.cli("core show channels concise");
        if channels.contains("!Ringing!") || channels.contains("!Down!") { Ok(()) } else { Err(channels) }
    });
    rig.cli("channel request hangup all");
    assert!(never.done(SOON));
    rig.quiet(SOON);
}

#[test]
fn the_measured_dialplan_takes_its_key_and_hangs_up() {
    let rig = Rig::start_quiet("bench");
    let sipp = std::process::Command::new(rig.var("SIPP"))
        .current_dir("/usr/share/sip-tester")
        .arg("-sf")
        .arg(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rig/sipp/bench.xml"))
        .args(["-s", "dialplan", "-d", "300", "-m", "20", "-r", "20", "-nostdin"])
        .args(["-i", "127.0.0.1", "-mi", "127.0.0.1"])
        .args(["-p", rig.var("BENCH_PORT_FIRST"), "-mp", &rig.seat().media_port.to_string()])
        .arg(format!("127.0.0.1:{}", rig.port("SIP_PORT")))
        .output()
        .expect("sipp");
    assert!(sipp.status.success(), "{}", String::from_utf8_lossy(&sipp.stdout));
    assert_eq!(rig.channels(), 0);
}

//! Somebody whom a flow dialled hands the caller on by keys, blind and attended, and what can go wrong with it.

use std::time::Duration;

use serde_json::Value;

use super::transfer::tried;
use crate::{
    orders::Site,
    support::{
        audio::contains,
        eventually,
        rig::Rig,
        sipp::{Called, Caller, Calling, Doing, Farm, Manner, rtp::Media},
        wait,
    },
};

const LONG: Duration = Duration::from_secs(40);

/// Each number dialled is another colleague, who does something else.
fn flow() -> String {
    let mut flow = String::from(
        "description = \"Dials a colleague\"\nlanguages = [\"en\"]\nstart = \"which\"\n\
         [steps.which]\ndo = \"choose\"\nelse = \"done\"\nwhen = [\n",
    );
    for number in 71..=76 {
        flow += &format!("    {{ if = \"call.called == '{number}'\", next = \"talk{number}\" }},\n");
    }
    flow += "]\n";
    for number in 71..=76 {
        flow += &format!(
            "[steps.talk{number}]\ndo = \"dial\"\nto = \"PJSIP/{number}@carrier\"\nmay_transfer = true\n\
             answered = \"done\"\nbusy = \"was_busy\"\nfailed = \"failed\"\n"
        );
    }
    for step in ["done", "was_busy", "failed"] {
        flow += &format!("[steps.{step}]\ndo = \"hangup\"\n");
    }
    flow
}

/// What the colleagues do: wait so many milliseconds, press these keys, and so on.
enum Does {
    Waits(u64),
    Presses(&'static str),
    Says(&'static str),
    Refers(&'static str),
    HangsUp,
}

fn doings(rig: &Rig, name: &str, does: &[Does]) -> Vec<Doing> {
    let mut media = Media::new();
    let mut doings = Vec::new();
    for (index, one) in does.iter().enumerate() {
        let file = rig.dir().join(format!("{name}-{index}.pcap"));
        let ms = match one {
            Does::Waits(ms) => *ms,
            Does::Presses(keys) => media.keys(keys, &file),
            Does::Says(sound) => media.audio(&rig.sound(sound), &file),
            Does::Refers(extension) => {
                doings.push(Doing::Refer((*extension).to_owned()));
                continue;
            }
            Does::HangsUp => {
                doings.push(Doing::HangUp);
                break;
            }
        };
        if !matches!(one, Does::Waits(_)) {
            doings.push(Doing::Play(file));
        }
        media.pass(ms);
        doings.push(Doing::Wait(Duration::from_millis(ms)));
    }
    doings
}

/// A site with colleagues at 71 and on, and extensions to hand callers on to: 201 answers and says `tt-weasels`, 202
/// never answers, 203 is busy.
async fn site(name: &str, colleagues: &[&[Does]]) -> (Site, Farm) {
    let (rig, mut daemon) =
        Site::prepare(name, "[calls.transfer]\ncontext = \"rig-people\"\nring_secs = 3\n");
    let farm = tokio::task::block_in_place(|| {
        for (number, who) in [(201, "answers"), (202, "silent"), (203, "busy")] {
            rig.cli(&format!("dialplan add extension {number},1,Goto(rig-people,{who},1) into rig-people"));
        }
        let ends: Vec<String> = (71..).take(colleagues.len()).map(|number| number.to_string()).collect();
        let people: Vec<(&str, Manner)> = ends
            .iter()
            .zip(colleagues)
            .map(|(end, does)| {
                (end.as_str(), Manner::Does(Duration::from_millis(300), doings(&rig, end, does)))
            })
            .collect();
        Farm::people(&rig, &people)
    });
    std::fs::write(daemon.directory.join("flows/colleague.toml"), flow()).unwrap();
    daemon.start().await;
    daemon.ready().await;
    (Site { daemon, rig }, farm)
}

fn number(colleague: u32) -> String {
    format!("+346000040{colleague}")
}

fn call(rig: &Rig, colleague: u32, ms: u64) -> Calling {
    let caller = Caller::new(rig, &format!("calls{colleague}")).number(&number(colleague));
    caller.to(&colleague.to_string()).flow("colleague").breathes().wait_ms(ms).hang_up().start()
}

async fn ended(site: &Site, colleague: u32) -> (Value, Vec<(String, String)>) {
    let call = site.ended(&number(colleague).replace('+', "%2B")).await;
    let tried = tried(&site.api(), &call).await;
    (call, tried)
}

fn wait(calling: Calling) -> Called {
    tokio::task::block_in_place(|| calling.wait())
}

fn is(tried: &[(String, String)], expected: &[(&str, &str)]) -> bool {
    tried.iter().map(|(method, outcome)| (method.as_str(), outcome.as_str())).eq(expected.iter().copied())
}

#[tokio::test(flavor = "multi_thread")]
async fn blind_and_attended_transfers_and_a_target_that_does_not_answer() {
    use Does::{HangsUp, Presses, Says, Waits};
    let colleagues: [&[Does]; 5] = [
        // Speaks with the target, then leaves.
        &[Waits(1_000), Presses("*2201#"), Waits(4_000), HangsUp],
        // The target does not answer: the colleague has the caller again, and says so.
        &[Waits(1_000), Presses("*2202#"), Waits(6_000), Says("hello-world"), HangsUp],
        // Leaves at once.
        &[Waits(1_000), Presses("*1201#"), Waits(20_000), HangsUp],
        // The target is busy, and nobody is left.
        &[Waits(1_000), Presses("*1203#"), Waits(20_000), HangsUp],
        // Calls it off while it rings.
        &[
            Waits(1_000),
            Presses("*2202#"),
            Waits(1_000),
            Presses("*0"),
            Waits(1_000),
            Says("hello-world"),
            HangsUp,
        ],
    ];
    let (site, farm) = site("by-keys", &colleagues).await;
    let calling: Vec<Calling> = (71..=75).map(|colleague| call(&site.rig, colleague, 16_000)).collect();
    let called: Vec<Called> = calling.into_iter().map(wait).collect();
    let log = || site.daemon.log();
    let hears = |colleague: u32, sound: &str| {
        contains(&site.rig.heard(&format!("calls{colleague}")), &site.rig.sound(sound))
    };

    let (call, tried) = ended(&site, 71).await;
    assert!(is(&tried, &[("attended", "taken")]), "{tried:?} {call}\n{}", log());
    assert!(hears(71, "tt-weasels") > 0.6, "the caller hears the target: {:?}", called[0].dir);

    let (call, tried) = ended(&site, 72).await;
    assert!(is(&tried, &[("attended", "unanswered")]), "{tried:?} {call}\n{}", log());
    assert_eq!(call["step"], "done", "{call}");
    assert!(hears(72, "hello-world") > 0.6, "the caller hears the colleague again: {:?}", called[1].dir);

    let (call, tried) = ended(&site, 73).await;
    assert!(is(&tried, &[("blind", "taken")]), "{tried:?} {call}\n{}", log());
    assert!(hears(73, "tt-weasels") > 0.6, "{:?}", called[2].dir);

    let (call, tried) = ended(&site, 74).await;
    assert!(is(&tried, &[("blind", "unanswered")]), "{tried:?} {call}\n{}", log());
    assert_eq!(call["step"], "was_busy", "{call}");

    let (call, tried) = ended(&site, 75).await;
    assert!(is(&tried, &[("attended", "called_off")]), "{tried:?} {call}\n{}", log());
    assert!(hears(75, "hello-world") > 0.6, "{:?}", called[4].dir);

    assert_eq!(farm.invites().len(), 5, "each colleague is called once");
    site.rig.quiet(LONG);
    assert_eq!(site.rig.cli("bridge show all").lines().count(), 1, "no bridge is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hangs_up_in_any_phase_leaves_nobody_behind() {
    use Does::{HangsUp, Presses, Waits};
    let colleagues: [&[Does]; 3] = [
        // The caller hangs up while it rings at the target; while they consult; the colleague while it rings.
        &[Waits(500), Presses("*2202#"), Waits(20_000)],
        &[Waits(500), Presses("*2201#"), Waits(20_000)],
        &[Waits(500), Presses("*2202#"), Waits(1_000), HangsUp],
    ];
    let (site, _farm) = site("by-keys-gone", &colleagues).await;
    let calling: Vec<Calling> =
        [(71, 4_000), (72, 6_000), (73, 12_000)].map(|(who, ms)| call(&site.rig, who, ms)).into();
    calling.into_iter().for_each(|calling| drop(wait(calling)));
    for colleague in [71, 72] {
        let (call, _) = ended(&site, colleague).await;
        assert_eq!(call["disposition"], "hung_up", "{call}");
    }
    let (call, tried) = ended(&site, 73).await;
    assert!(is(&tried, &[("attended", "unanswered")]), "{tried:?} {call}\n{}", site.daemon.log());
    assert_eq!((&call["disposition"], &call["step"]), (&"completed".into(), &"failed".into()), "{call}");
    site.rig.quiet(Duration::from_secs(10));
    assert_eq!(site.rig.cli("bridge show all").lines().count(), 1, "no bridge is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_is_killed_in_a_transfer_dials_nobody_twice() {
    use Does::{Presses, Says, Waits};
    let colleagues: [&[Does]; 3] = [
        // Killed while the target rings: the colleague has the caller again.
        &[Waits(500), Presses("*2202#"), Waits(9_000), Says("hello-world"), Waits(20_000)],
        // Killed after the target has the caller: they go on talking.
        &[Waits(500), Presses("*1201#"), Waits(20_000)],
        // Killed while colleague and target speak about the caller: the colleague has the caller again.
        &[Waits(500), Presses("*2201#"), Waits(9_000), Says("hello-world"), Waits(20_000)],
    ];
    let (mut site, farm) = site("by-keys-killed", &colleagues).await;
    std::fs::write(site.daemon.directory.join("conf.d/70-ring.toml"), "[calls.transfer]\nring_secs = 60\n")
        .unwrap();
    site.daemon.kill();
    site.daemon.start().await;
    site.daemon.ready().await;
    let calling = [71, 72, 73].map(|colleague| call(&site.rig, colleague, 18_000));
    tokio::task::block_in_place(|| {
        eventually(LONG, || {
            let log = site.daemon.log();
            let is_taken = log.contains("method=\"blind\"") && log.contains("outcome=\"taken\"");
            let channels = site.rig.cli("core show channels concise");
            let rings = channels.contains("202@rig-people");
            // Both sides of the local channel to whom the caller was handed on, and of that to whom is consulted.
            let up = channels.lines().filter(|l| l.contains("201@rig-people") && l.contains("!Up!")).count();
            if is_taken && rings && up >= 4 { Ok(()) } else { Err(format!("{channels}\n{log}")) }
        });
    });
    site.daemon.kill();
    site.daemon.start().await;
    site.daemon.ready().await;
    let called = calling.map(wait);
    for (index, colleague) in [71, 72, 73].into_iter().enumerate() {
        let (call, _) = ended(&site, colleague).await;
        let told = format!("{call} {:?}\n{}", called[index].dir, site.daemon.log());
        assert_eq!((&call["disposition"], &call["taken_up"]), (&"hung_up".into(), &1.into()), "{told}");
    }
    for caller in ["calls71", "calls73"] {
        let score = contains(&site.rig.heard(caller), &site.rig.sound("hello-world"));
        assert!(score > 0.6, "{score}: the colleague has {caller} again\n{}", site.daemon.log());
    }
    assert_eq!(farm.invites().len(), 3, "each colleague is called once");
    site.rig.quiet(LONG);
    assert_eq!(site.rig.cli("bridge show all").lines().count(), 1, "no bridge is left");
}

/// Asterisk does what a colleague's telephone asks for by REFER: the caller goes to that extension, and the call's record
/// tells that it was handed on.
#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_hands_the_caller_on_by_refer() {
    let (mut site, farm) = by_refer("by-refer").await;
    let called = wait(call(&site.rig, 71, 8_000));
    is_handed_on(&mut site, &farm, &called).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_handed_on_by_refer_talks_on_when_the_daemon_is_killed() {
    let (mut site, farm) = by_refer("by-refer-killed").await;
    let calling = call(&site.rig, 71, 14_000);
    // On the disk, not only in the log.
    let api = site.api();
    let live =
        wait::eventually(|| api.get("/v1/calls?live=true"), |calls| calls["items"][0].is_object()).await;
    wait::eventually(|| tried(&api, &live["items"][0]), |tried| is(tried, &[("refer_in", "taken")])).await;
    site.daemon.kill();
    site.daemon.start().await;
    site.daemon.ready().await;
    let called = wait(calling);
    let call = is_handed_on(&mut site, &farm, &called).await;
    assert_eq!(call["taken_up"], 1, "{call}");
}

async fn by_refer(name: &str) -> (Site, Farm) {
    use Does::{Refers, Waits};
    let colleagues: [&[Does]; 1] = [&[Waits(1_000), Refers("answers")]];
    let (site, farm) = site(name, &colleagues).await;
    // Carriers may not do that, telephones may.
    let file = site.rig.dir().join("etc/pjsip.conf");
    let text = std::fs::read_to_string(&file).unwrap();
    let may = "allow_transfer = yes\nset_var = TRANSFER_CONTEXT=rig-people";
    std::fs::write(&file, text.replace("allow_transfer = no", may)).unwrap();
    tokio::task::block_in_place(|| site.rig.cli("module reload res_pjsip.so"));
    (site, farm)
}

async fn is_handed_on(site: &mut Site, farm: &Farm, called: &Called) -> Value {
    let (call, tried) = ended(site, 71).await;
    let told = format!("{tried:?} {call} {:?}\n{}", called.dir, site.daemon.log());
    let score = contains(&site.rig.heard("calls71"), &site.rig.sound("tt-weasels"));
    assert!(score > 0.6, "{score}: the caller hears the target: {told}");
    assert!(is(&tried, &[("refer_in", "taken")]), "{told}");
    assert_eq!(call["disposition"], "hung_up", "{told}");
    assert_eq!(farm.invites().len(), 1);
    let all = site.api().get("/v1/calls").await;
    let calls = all["items"].as_array().unwrap().len();
    assert_eq!(calls, 1, "who is called in the colleague's place is no new call: {all}");
    site.rig.quiet(LONG);
    assert_eq!(site.rig.cli("bridge show all").lines().count(), 1, "no bridge is left");
    call
}

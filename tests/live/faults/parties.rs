//! Somebody who is dialled or asked by REFER, and does not do what was hoped for.

use std::fmt::Write as _;

use super::{LONG, blocking, ended, steps};
use crate::{
    orders::Site,
    support::{
        audio::contains,
        sipp::{Caller, OnRefer},
    },
};

/// Number dialled, party, exit.
const PARTIES: [(&str, &str, &str); 6] = [
    ("1", "busy", "busy"),
    ("2", "congested", "failed"),
    ("3", "refuses", "rejected"),
    ("4", "silent", "no_answer"),
    ("5", "hangs-up", "answered"),
    ("6", "nobody-has-this-number", "failed"),
];
const EXITS: [&str; 5] = ["answered", "busy", "no_answer", "rejected", "failed"];

fn dialling() -> String {
    let mut flow = "description = \"Dials\"\nlanguages = [\"en\"]\nstart = \"which\"\n[steps.which]\ndo = \"choose\"\nelse = \"was_failed\"\nwhen = [\n".to_owned();
    for (to, ..) in PARTIES {
        let _ = writeln!(flow, "    {{ if = \"call.called == '{to}'\", next = \"dial{to}\" }},");
    }
    flow.push_str("]\n");
    for (to, party, _) in PARTIES {
        let _ = writeln!(
            flow,
            "[steps.dial{to}]\ndo = \"dial\"\nto = \"Local/{party}@rig-people\"\nring_secs = 3"
        );
        for exit in EXITS {
            let _ = writeln!(flow, "{exit} = \"was_{exit}\"");
        }
    }
    for exit in EXITS {
        let _ = writeln!(flow, "[steps.was_{exit}]\ndo = \"hangup\"");
    }
    flow
}

#[tokio::test(flavor = "multi_thread")]
async fn each_end_of_dialling_has_its_exit_and_a_refused_refer_its_next_way() {
    let (rig, mut daemon) = Site::prepare("parties", "");
    std::fs::write(daemon.directory.join("flows/dialling.toml"), dialling()).unwrap();
    let target = format!("sip:9001@127.0.0.1:{}", rig.port("CARRIER_PORT"));
    let refer = format!(
        "description = \"By REFER, else a person\"\nlanguages = [\"en\"]\nstart = \"go\"\n\
         [steps.go]\ndo = \"transfer\"\nto = [{{ refer = \"{target}\" }}, \"operator\"]\n"
    );
    std::fs::write(daemon.directory.join("flows/refer.toml"), refer).unwrap();
    daemon.start().await;
    daemon.ready().await;
    let site = Site { daemon, rig };
    let api = site.api();

    let refusals = [("1", OnRefer::Refuse(405)), ("2", OnRefer::Refuse(603)), ("3", OnRefer::Accept(503))];
    let referred = refusals.map(|(name, on_refer)| {
        let caller = Caller::new(&site.rig, &format!("refer-{name}"))
            .number(&format!("+346000010{name}"))
            .flow("refer");
        caller.on_refer(on_refer).wait_ms(15_000).hang_up().start()
    });
    let calling = PARTIES.map(|(to, ..)| {
        let caller = Caller::new(&site.rig, &format!("dials{to}")).number(&format!("+3460000110{to}")).to(to);
        caller.flow("dialling").until_bye(LONG).start()
    });
    blocking(|| calling.into_iter().for_each(|calling| drop(calling.wait())));
    for (to, party, exit) in PARTIES {
        let call = ended(&api, &format!("+3460000110{to}")).await;
        let steps = steps(&api, &call).await;
        assert_eq!(
            steps.last().unwrap(),
            &format!("was_{exit}"),
            "{party}: {steps:?}\n{}",
            site.daemon.log()
        );
        assert_eq!(call["disposition"], "completed", "{party}: {call}");
    }
    for ((name, _), calling) in refusals.iter().zip(referred) {
        let called = blocking(|| calling.wait());
        assert!(called.as_expected() && called.refers().len() == 1, "{name}: {:?}", called.dir);
        let call = ended(&api, &format!("+346000010{name}")).await;
        assert_eq!(call["disposition"], "transferred", "{call}");
        assert!(call["detail"].as_str().unwrap().contains("operator"), "{call}");
    }
    // There is one operator for the three.
    let heard = refusals
        .map(|(name, _)| contains(&site.rig.heard(&format!("refer-{name}")), &site.rig.sound("tt-weasels")));
    assert!(heard.iter().any(|score| *score > 0.6), "{heard:?}");
    site.rig.quiet(LONG);
    assert_eq!(site.rig.cli("bridge show all").lines().count(), 1, "no bridge is left");
}

//! Callers whose number, name or dialled number is an attack.

use std::time::Duration;

use serde_json::Value;

use super::{LONG, blocking, until};
use crate::{orders::Site, support::sipp::Caller};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_caller_says_of_itself_is_only_text() {
    let site = Site::start("identity", "").await;
    let api = site.api();
    let (long, shell) = ("9".repeat(200), "%24%7BSHELL(touch%20/tmp/stasisd-pwned)%7D");
    // What Asterisk itself drops as no SIP at all is not here.
    let attacks = [
        ("4", shell, "${SHELL(touch /tmp/stasisd-pwned)}"),
        ("44", "%22%3E%3Cscript%3E", "</td><script>alert(1)</script>"),
        ("444", &long, &long),
        ("4444", "x'--%0D%0AX-Header:1", "Robert'); DROP TABLE calls; --"),
        ("4&PJSIP/x", "+34600001305", "\\\"quoted\\\" {{ settings }}"),
        ("44/n%40rig-people", "+34600001306", "\u{202e}\u{1f4de}"),
    ];
    let calling: Vec<_> = attacks
        .iter()
        .enumerate()
        .map(|(index, (to, number, name))| {
            let caller = Caller::new(&site.rig, &format!("evil{index}")).number(number).display(name).to(to);
            caller.flow("stations").until_bye(LONG).start()
        })
        .collect();
    blocking(|| calling.into_iter().for_each(|calling| drop(calling.wait())));
    let calls = until(&api, "/v1/calls?limit=100", |calls| {
        let calls = calls["items"].as_array().unwrap();
        calls.len() == attacks.len() && calls.iter().all(|call| call["state"] == "ended")
    })
    .await;
    let calls = calls["items"].as_array().unwrap();
    let mut called: Vec<&str> = calls.iter().map(|call| call["called"].as_str().unwrap()).collect();
    called.sort_unstable();
    assert_eq!(called, ["4", "4", "44", "44", "444", "4444"], "only digits go on");
    for call in calls {
        assert_eq!(call["disposition"], "completed", "{call}\n{}", site.daemon.log());
        for text in ["caller", "caller_name"] {
            let text = call[text].as_str().unwrap_or_default();
            assert!(text.chars().count() <= 80 && !text.contains(char::is_control), "{call}");
        }
    }
    assert!(!std::path::Path::new("/tmp/stasisd-pwned").exists());
    let one = |number: &str| calls.iter().find(|call| call["called"] == number).map(Value::to_string);
    assert!(one("4444").unwrap().contains("DROP TABLE"), "kept as text: {calls:?}");
    site.rig.quiet(Duration::from_secs(10));
}

//! A second daemon with the same application: the first steps down, and no caller is lost.

use std::{fs, time::Duration};

use super::{LONG, at_step, blocking, ended, station};
use crate::{
    orders::{Site, beside},
    support::daemon::Daemon,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_steps_down_and_the_second_takes_its_calls_up() {
    let mut site = Site::start("twins", "").await;
    let calling =
        [("2", "menu", "1"), ("6", "talk", ""), ("3", "collect", "1234")].map(|(to, step, keys)| {
            let number = format!("+3460000070{to}");
            let caller = station(&site.rig, &format!("shared{to}"), &number, to).wait_ms(15_000).keys(keys);
            (number, step, caller.until_bye(Duration::from_secs(10)).start())
        });
    for (number, step, _) in &calling {
        at_step(&site.api(), number, step).await;
    }
    let store = site.daemon.directory.join("stasisd.db");
    let more = format!("[storage]\nurl = \"sqlite://{}\"\n", store.display());
    let mut second = Daemon::prepare(&site.rig.dir().join("second"), &beside(&site.rig), &more);
    second.start().await;
    second.ready().await;
    assert_eq!(site.daemon.ended().await.code(), Some(76), "{}", site.daemon.log());
    let log = fs::read_to_string(site.daemon.log_file()).unwrap();
    assert!(log.contains("another client has taken this Stasis application over"), "{log}");

    let dispositions = calling.map(|(number, step, calling)| {
        blocking(|| calling.wait());
        (number, if step == "talk" { "hung_up" } else { "completed" })
    });
    for (number, disposition) in dispositions {
        let call = ended(&second.api(), &number).await;
        assert_eq!(
            (&call["disposition"], &call["taken_up"]),
            (&disposition.into(), &1.into()),
            "{call}\n{}",
            second.log()
        );
    }
    let ups = second.log().matches("the websocket to Asterisk is up").count();
    assert_eq!(ups, 1, "nobody takes it back:\n{}", second.log());
    let after = station(&site.rig, "after", "+34600000710", "4").until_bye(LONG);
    blocking(|| after.run());
    assert_eq!(ended(&second.api(), "+34600000710").await["disposition"], "completed");
    site.rig.quiet(Duration::from_secs(10));
}

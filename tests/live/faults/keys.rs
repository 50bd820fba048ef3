//! Keys when nobody asked for them, wrong ones, and far too many.

use super::{LONG, blocking, ended, station};
use crate::orders::{Site, reached_a_person};

#[tokio::test(flavor = "multi_thread")]
async fn keys_at_the_wrong_time() {
    let site = Site::start("wrong-keys", "").await;
    let (api, rig) = (site.api(), &site.rig);
    let digits = "1234567890".repeat(4);
    let calling = [
        // Before the first prompt: typed ahead, so the question is answered before it is asked.
        station(rig, "early", "+34600000401", "2").press('1').until_bye(LONG).start(),
        // In a prompt that asks nothing.
        station(rig, "idle", "+34600000402", "1").wait_ms(1500).keys("5#*").until_bye(LONG).start(),
        // Wrong ones only, until the menu gives up.
        station(rig, "wrong", "+34600000403", "2")
            .wait_ms(1500)
            .press('5')
            .wait_ms(5000)
            .press('#')
            .wait_ms(5000)
            .press('9')
            .wait_ms(8000)
            .hang_up()
            .start(),
        // More than anybody keeps.
        station(rig, "many", "+34600000404", "3").keys(&digits).until_bye(LONG).start(),
        // In a pause and while a party is rung.
        station(rig, "paused", "+34600000405", "4").wait_ms(500).keys("123").until_bye(LONG).start(),
        station(rig, "ringing", "+34600000406", "7").wait_ms(2500).keys("*#0").until_bye(LONG).start(),
    ];
    blocking(|| calling.into_iter().for_each(|calling| drop(calling.wait())));
    for number in ["+34600000401", "+34600000402", "+34600000404", "+34600000405", "+34600000406"] {
        let call = ended(&api, number).await;
        assert_eq!(call["disposition"], "completed", "{call}\n{}", site.daemon.log());
    }
    let early = ended(&api, "+34600000401").await;
    let said = site.said(&early).await;
    assert!(said.len() <= 2 && said.last().unwrap().contains("Thank you"), "{said:?}");
    let wrong = ended(&api, "+34600000403").await;
    assert_eq!(wrong["disposition"], "transferred", "{wrong}");
    reached_a_person(rig, "wrong");
}

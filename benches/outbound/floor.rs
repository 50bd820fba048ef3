//! What Asterisk needs by itself: as many calls, asked for in the same moment, that end in its own dialplan with the
//! same prompt. No daemon comes sooner than this.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use hyper::Method;

use super::{Ground, ms, quantile};
use crate::{machine, say, site::now_us, support::api::Api};

/// Connections at once, as the daemon has them at most.
const CONNECTIONS: usize = 16;
/// The longest until all were called, and have heard.
const LONGEST: Duration = Duration::from_secs(60);

/// How long Asterisk takes by itself: p50 and p99, in milliseconds.
pub struct Floor {
    /// From the moment in which all were asked for to the INVITE.
    pub invite: (f64, f64),
    /// From the 200 to the first packet of sound.
    pub audio: (f64, f64),
}

/// Has Asterisk call so many; with `together` they answer in the same moment.
pub fn measure(ground: &mut Ground, calls: usize, together: bool) -> Floor {
    ground.tap.clear();
    ground.tap.hold(if together { calls } else { 0 });
    let rig = &ground.site.rig;
    rig.set_global("RIG_BENCH_PROMPT", &ground.site.prompt().display().to_string());
    let api = Api::new(rig.ari_url(), "");
    let first = ground.numbers;
    ground.numbers += calls;
    // No call order of ours.
    ground.others += calls;
    let path = |index: usize| {
        format!(
            "/ari/channels?endpoint=PJSIP/34600{:06}@carrier&context=rig-bench&extension=dialplan&priority=1&api_key=stasisd:{}",
            first + index,
            rig.ari_password()
        )
    };
    let asked = now_us();
    ground.site.within(async {
        let asked = (0..calls).map(|index| {
            let path = path(index);
            let api = &api;
            async move { api.send(Method::POST, &path, None).await }
        });
        let answers: Vec<_> = stream::iter(asked).buffer_unordered(CONNECTIONS).collect().await;
        for answer in answers {
            let (status, body) = answer.expect("an answer of Asterisk");
            assert!(status < 300, "{status} {body}");
        }
    });
    let until = Instant::now() + LONGEST;
    let seen = loop {
        let seen = ground.tap.calls();
        let heard = seen.values().filter(|call| call.heard_us.is_some()).count();
        if heard >= calls || Instant::now() > until {
            break seen;
        }
        std::thread::sleep(Duration::from_millis(200));
    };
    // They hang up by themselves; the next run is not to meet them.
    std::thread::sleep(Duration::from_secs(8));
    let invites: Vec<f64> = seen.values().map(|call| ms(asked, call.invited_us)).collect();
    let sounds: Vec<f64> =
        seen.values().filter_map(|call| Some(ms(call.answered_us?, call.heard_us?))).collect();
    let of = |values: &[f64]| (quantile(values, 0.5), quantile(values, 0.99));
    let floor = Floor { invite: of(&invites), audio: of(&sounds) };
    say(&format!(
        "Asterisk alone: {} of {calls} called, p50 {:.1} ms, p99 {:.1} ms; {} heard, p50 {:.1} ms, p99 {:.1} ms; {}",
        invites.len(),
        floor.invite.0,
        floor.invite.1,
        sounds.len(),
        floor.audio.0,
        floor.audio.1,
        machine::load()
    ));
    floor
}

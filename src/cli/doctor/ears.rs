//! Prompts are readable by Asterisk itself: it is asked to play each into an empty bridge, which nobody hears.

use std::time::Duration;

use tokio::time::timeout;

use super::{asterisk::Visit, finding::Finding};
use crate::ari::{AriError, Event, Wire};

const NAME: &str = "played";

/// A prompt is some seconds long; this is for one that never ends.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn look(visit: &mut Visit, prompts: &[(&'static str, String)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, (what, media)) in prompts.iter().enumerate() {
        // Each prompt has a bridge of its own: Asterisk hands a second one to the announcer of the first, which may be
        // about to leave, and then it is told as failed.
        let bridge = format!("{}-bridge-{number}", visit.app);
        findings.push(match ready(visit, &bridge).await {
            Ok(()) => play(visit, &bridge, what, media).await,
            Err(error) => Finding::doubtful(
                NAME,
                format!("{what} cannot be tried: {error}"),
                "start the daemon or this again when Asterisk answers",
            ),
        });
        // It may not have been made.
        let _ = visit.client.destroy_bridge(&bridge).await;
    }
    findings
}

async fn ready(visit: &Visit, bridge: &str) -> Result<(), AriError> {
    visit.client.create_bridge(bridge, "mixing").await?;
    visit.client.subscribe(&visit.app, &format!("bridge:{bridge}")).await
}

async fn play(visit: &mut Visit, bridge: &str, what: &str, media: &str) -> Finding {
    let playback = format!("{bridge}-playback");
    if let Err(error) = visit.client.play_in_bridge(bridge, &playback, &[media.to_owned()]).await {
        return Finding::doubtful(
            NAME,
            format!("{what}: {error}"),
            "see what Asterisk's console says, then try again",
        );
    }
    match timeout(PATIENCE, end_of(visit, &playback)).await {
        Ok(Some(state)) if state == "done" => Finding::ok(NAME, format!("Asterisk plays {what} ({media})")),
        Ok(Some(_)) => Finding::failed(
            NAME,
            format!("Asterisk cannot play {what} ({media})"),
            "let Asterisk's user read the file and enter all folders above it (namei -l shows them), or set \
             speech.delivery = \"http\"",
        ),
        Ok(None) | Err(_) => Finding::doubtful(
            NAME,
            format!("{what}: no end of it was told"),
            "try again when Asterisk has less to do",
        ),
    }
}

/// How a playback ended; none if the connection did.
async fn end_of(visit: &mut Visit, id: &str) -> Option<String> {
    loop {
        match visit.wire.recv().await? {
            Wire::Event { event: Event::PlaybackFinished { playback }, .. } if playback.id == id => {
                return Some(playback.state);
            }
            Wire::Down { .. } | Wire::Replaced => return None,
            _ => {}
        }
    }
}

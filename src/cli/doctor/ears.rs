//! Prompts are readable by Asterisk itself: it is asked to play each into an empty bridge, which nobody hears.

use std::time::Duration;

use tokio::time::timeout;

use super::{asterisk::Visit, finding::Finding};
use crate::ari::{AriError, Event, Wire};

const NAME: &str = "played";

/// A prompt is some seconds long; this is for one that never ends.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn look(visit: &mut Visit, prompts: &[(&'static str, String)]) -> Vec<Finding> {
    if prompts.is_empty() {
        return Vec::new();
    }
    let bridge = format!("{}-bridge", visit.app);
    let mut findings = Vec::new();
    match ready(visit, &bridge).await {
        Ok(()) => {
            for (number, (what, media)) in prompts.iter().enumerate() {
                let playback = format!("{bridge}-{number}");
                findings.push(play(visit, &bridge, &playback, what, media).await);
            }
        }
        Err(error) => findings.push(Finding::doubtful(
            NAME,
            format!("cannot be tried: {error}"),
            "start the daemon or this again when Asterisk answers",
        )),
    }
    // It may not have been made.
    let _ = visit.client.destroy_bridge(&bridge).await;
    findings
}

async fn ready(visit: &Visit, bridge: &str) -> Result<(), AriError> {
    visit.client.create_bridge(bridge, "mixing").await?;
    visit.client.subscribe(&visit.app, &format!("bridge:{bridge}")).await
}

async fn play(visit: &mut Visit, bridge: &str, playback: &str, what: &str, media: &str) -> Finding {
    if let Err(error) = visit.client.play_in_bridge(bridge, playback, &[media.to_owned()]).await {
        return Finding::doubtful(
            NAME,
            format!("{what}: {error}"),
            "see what Asterisk's console says, then try again",
        );
    }
    match timeout(PATIENCE, end_of(visit, playback)).await {
        Ok(Some(state)) if state == "done" => Finding::ok(NAME, format!("Asterisk plays {what} ({media})")),
        Ok(_) => Finding::failed(
            NAME,
            format!("Asterisk cannot play {what} ({media})"),
            "let Asterisk's user read the file and enter all folders above it (namei -l shows them), or set \
             speech.delivery = \"http\"",
        ),
        Err(_) => Finding::doubtful(
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

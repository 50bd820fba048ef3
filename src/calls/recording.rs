//! Recording what the caller says.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    inbox::LegEvent,
    leg::Leg,
    line::{Record, Recorded},
};
use crate::{
    ari::RecordOptions,
    model::{Fault, Stop},
};

/// Asterisk ends a recording by itself; this much later it is a fault.
const GRACE: Duration = Duration::from_secs(10);

impl Leg {
    pub(super) async fn make_recording(&mut self, record: &Record) -> Result<Recorded, Stop> {
        let name = format!("stasisd-{}", self.name());
        let options = RecordOptions {
            format: "wav".to_owned(),
            max_duration_secs: record.max.as_secs(),
            max_silence_secs: record.silence.as_secs(),
            beep: record.beep,
            terminate_on: record.terminator.to_string(),
        };
        let ari = self.services.ari.clone();
        let answer = ari.record(&self.record.channel, &name, &options).await;
        self.judge(answer).await?;
        let until = Instant::now() + record.max + GRACE;
        loop {
            match self.next(until).await? {
                Some(LegEvent::RecordingFinished { name: made, secs, failed }) if made == name => {
                    if failed {
                        return Err(Fault::Ari("Asterisk could not record".to_owned()).into());
                    }
                    // The key that ended the recording is no answer to what is asked next.
                    self.keys.clear();
                    return Ok(Recorded { name, length: Duration::from_secs(secs) });
                }
                Some(_) => {}
                None => return Err(Fault::Ari("a recording does not come to its end".to_owned()).into()),
            }
        }
    }
}

//! Recording what the caller says.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    inbox::LegEvent,
    leg::Leg,
    line::{Record, Recorded},
};
use crate::{
    ari::RecordTo,
    model::{Fault, Stop},
};

/// Asterisk ends a recording by itself; this much later it is a fault.
const GRACE: Duration = Duration::from_secs(10);

impl Leg {
    pub(super) async fn make_recording(&mut self, record: &Record) -> Result<Recorded, Stop> {
        let name = format!("stasisd-{}", self.name());
        let terminator = record.terminator.to_string();
        let to = RecordTo {
            name: &name,
            format: "wav",
            max_duration_secs: secs(record.max),
            max_silence_secs: secs(record.silence),
            beep: record.beep,
            terminate_on: &terminator,
        };
        let ari = self.services.ari.clone();
        let answer = ari.record(&self.record.channel, &to).await;
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

fn secs(time: Duration) -> u32 {
    u32::try_from(time.as_secs()).unwrap_or(u32::MAX)
}

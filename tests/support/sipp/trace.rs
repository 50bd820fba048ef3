//! sipp's message log: what was sent and received, and when.

use std::time::Duration;

/// A SIP message on the wire.
#[derive(Clone, Debug)]
pub struct Message {
    /// Time of day.
    pub at: Duration,
    /// By the caller; otherwise by Asterisk.
    pub sent: bool,
    /// The whole message.
    pub text: String,
}

impl Message {
    /// `INVITE`, `REFER`, …; `None` for a response.
    pub fn method(&self) -> Option<&str> {
        let first = self.text.split_whitespace().next()?;
        (!first.starts_with("SIP/")).then_some(first)
    }

    /// Status and the method that it answers (`CSeq`); `None` for a request.
    pub fn status(&self) -> Option<(u16, &str)> {
        let mut words = self.text.split_whitespace();
        words.next().filter(|first| first.starts_with("SIP/"))?;
        let status = words.next()?.parse().ok()?;
        Some((status, self.header("CSeq")?.split_whitespace().nth(1)?))
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.text.lines().take_while(|line| !line.trim().is_empty()).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

/// The time of day now, as the log has it.
pub fn now() -> Duration {
    let midnight = jiff::civil::Time::midnight();
    jiff::Zoned::now().time().duration_since(midnight).unsigned_abs()
}

/// Reads the log: blocks that begin with a line of dashes and the time.
pub fn read(log: &str) -> Vec<Message> {
    log.split("-----------------------------------------------").filter_map(block).collect()
}

fn block(block: &str) -> Option<Message> {
    let (time, rest) = block.trim_start().split_once('\n')?;
    let (head, text) = rest.split_once("\n\n")?;
    let sent = if head.contains("message sent") {
        true
    } else if head.contains("message received") {
        false
    } else {
        return None;
    };
    Some(Message { at: time_of_day(time)?, sent, text: text.trim_start().to_owned() })
}

/// `2026-01-31 09:08:07.123456`, also where a tab and seconds since 1970 follow.
pub(super) fn time_of_day(time: &str) -> Option<Duration> {
    let clock = time.split_whitespace().nth(1)?;
    let mut parts = clock.splitn(3, ':');
    let hours: f64 = parts.next()?.parse().ok()?;
    let minutes: f64 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next()?.parse().ok()?;
    Some(Duration::from_secs_f64(hours * 3600.0 + minutes * 60.0 + seconds))
}

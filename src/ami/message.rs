//! What is received: messages of header lines, cut out of the stream within bounds.

use std::str::FromStr;

use bytes::{Buf, BytesMut};

/// Longest message. The list of all actions has some 20 KiB, an event about one.
const LONGEST: usize = 128 * 1024;
/// What ends a message.
const END: &[u8] = b"\r\n\r\n";

/// An answer or an event, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its lines, with line breaks between them.
    text: String,
}

impl Message {
    /// Takes a text of header lines.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// The headers in their order: name and value.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.text.split('\n').map(|line| line.trim_end_matches('\r'));
        lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name, value.trim_start()))
    }

    /// The first header of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.headers().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The same; empty if there is none.
    #[must_use]
    pub fn word(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// A header that is a number.
    #[must_use]
    pub fn number<T: FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.trim().parse().ok()
    }

    /// `Event:` or `Response:` and what stands there. It is the first line of a message.
    pub(super) fn kind(&self) -> (&str, &str) {
        self.headers().next().unwrap_or_default()
    }

    /// A sentence of Asterisk's (`Message`), fit for a log line.
    #[must_use]
    pub fn sentence(&self) -> String {
        let text = self.get("Message").unwrap_or("no reason was given");
        text.chars().filter(|c| !c.is_control()).take(300).collect()
    }
}

/// A message that was longer than any of ours, and was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLong(pub usize);

/// Cuts what is read into messages. Holds one message's worth of bytes and one read at most.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    buffer: BytesMut,
    /// Bytes at the beginning in which there is no end.
    searched: usize,
    /// Bytes of a message that are thrown away.
    skipped: Option<usize>,
}

impl Splitter {
    /// Where to read to.
    pub(super) fn buffer(&mut self) -> &mut BytesMut {
        self.buffer.reserve(4096);
        &mut self.buffer
    }

    /// One line that is not a message: the banner. None: not whole yet.
    pub(super) fn line(&mut self) -> Option<String> {
        let end = self.buffer.iter().position(|byte| *byte == b'\n')?;
        let line = self.buffer.split_to(end + 1);
        Some(String::from_utf8_lossy(&line).trim().to_owned())
    }

    /// Bytes that are held.
    pub(super) fn held(&self) -> usize {
        self.buffer.len()
    }

    /// The next whole message; none: more must be read.
    pub(super) fn next(&mut self) -> Option<Result<Message, TooLong>> {
        loop {
            let from = self.searched.saturating_sub(END.len() - 1);
            let found = self.buffer.get(from..)?.windows(END.len()).position(|window| window == END);
            let Some(end) = found.map(|place| from + place) else {
                self.wait_for_more();
                return None;
            };
            let message = self.buffer.split_to(end);
            self.buffer.advance(END.len());
            self.searched = 0;
            if let Some(skipped) = self.skipped.take() {
                return Some(Err(TooLong(skipped + end)));
            }
            if end > LONGEST {
                return Some(Err(TooLong(end)));
            }
            let text = String::from_utf8_lossy(&message);
            let text = text.trim_start_matches(['\r', '\n']);
            if !text.is_empty() {
                return Some(Ok(Message::new(text)));
            }
        }
    }

    fn wait_for_more(&mut self) {
        if self.skipped.is_some() || self.buffer.len() > LONGEST {
            // The end may have begun in the last bytes.
            let away = self.buffer.len().saturating_sub(END.len() - 1);
            self.buffer.advance(away);
            *self.skipped.get_or_insert(0) += away;
        }
        self.searched = self.buffer.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str =
        "Response: Success\r\nActionID: 1\r\nMessage: all: well\r\n\r\nEvent: FullyBooted\r\nStatus:\r\n\r\n";

    fn all(splitter: &mut Splitter) -> Vec<Result<Message, TooLong>> {
        std::iter::from_fn(|| splitter.next()).collect()
    }

    #[test]
    fn messages_are_whole_wherever_the_stream_is_cut() {
        for cut in 0..=TWO.len() {
            let mut splitter = Splitter::default();
            let mut found = Vec::new();
            for part in [&TWO[..cut], &TWO[cut..]] {
                splitter.buffer().extend_from_slice(part.as_bytes());
                found.extend(all(&mut splitter));
            }
            let found: Vec<Message> = found.into_iter().map(Result::unwrap).collect();
            assert_eq!(found.len(), 2, "cut at {cut}");
            assert_eq!((found[0].kind(), found[0].word("message")), (("Response", "Success"), "all: well"));
            assert_eq!((found[1].kind(), found[1].get("Status")), (("Event", "FullyBooted"), Some("")));
        }
    }

    #[test]
    fn a_message_without_end_costs_no_memory_and_the_next_one_is_read() {
        let mut splitter = Splitter::default();
        let mut found = Vec::new();
        let line = vec![b'x'; 8192];
        for _ in 0..1280 {
            splitter.buffer().extend_from_slice(&line);
            found.extend(all(&mut splitter));
            assert!(splitter.held() <= LONGEST + line.len());
        }
        assert_eq!(found, []);
        splitter.buffer().extend_from_slice(b"\r\n\r\nEvent: Reload\r\n\r\n");
        found.extend(all(&mut splitter));
        assert_eq!(found, [Err(TooLong(1280 * 8192)), Ok(Message::new("Event: Reload"))]);
    }

    #[test]
    fn garbage_is_a_message_without_meaning() {
        let mut splitter = Splitter::default();
        splitter.buffer().extend_from_slice(b"\xff\xfe\0no colon\r\n\r\n\r\n\r\n: x\r\n\r\n");
        let found = all(&mut splitter);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].as_ref().unwrap().kind(), ("", ""));
        assert_eq!(found[1].as_ref().unwrap().kind(), ("", "x"));
    }
}

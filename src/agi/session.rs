//! One connection: the request, then commands, each with its answer. Every wait has the caller's deadline.

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::{Instant, timeout_at},
};

use super::{
    AgiError, Answer, Command, Request,
    answer::{self, Line},
    request::{LONGEST_LINE, MOST_BYTES, MOST_LINES},
};

/// Lines that are read while one answer is waited for: the longest usage of a command has about 20.
const MOST_ANSWER_LINES: usize = 128;

/// A connection that Asterisk opened for one `AGI(agi://…)`. Dropping it ends the script: the dialplan goes on.
#[derive(Debug)]
pub struct Session<S> {
    stream: S,
    /// What was read and not yet taken: less than a line and what a read brought with it.
    buffer: Vec<u8>,
    /// Where in `buffer` the next line begins.
    begin: usize,
    is_hung_up: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// A session whose request is still to be read.
    pub fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::with_capacity(1024), begin: 0, is_hung_up: false }
    }

    /// Reads the request.
    ///
    /// # Errors
    /// It has no end by then, is more than is read, or is none.
    pub async fn request(&mut self, by: Instant) -> Result<Request, AgiError> {
        timeout_at(by, self.read_request()).await.unwrap_or(Err(AgiError::Late))
    }

    /// Sends a command and waits for its answer.
    ///
    /// # Errors
    /// What Asterisk says in place of `200`, or that nothing that counts came by then. After any but
    /// [`AgiError::Unknown`], [`AgiError::Dead`] and [`AgiError::Usage`] the session is of no more use.
    pub async fn send(&mut self, command: &Command, by: Instant) -> Result<Answer, AgiError> {
        timeout_at(by, self.ask(command)).await.unwrap_or(Err(AgiError::Late))
    }

    /// Whether Asterisk said that the channel is hung up.
    #[must_use]
    pub fn is_hung_up(&self) -> bool {
        self.is_hung_up
    }

    /// Gives the connection back, without what was read of it.
    #[must_use]
    pub fn into_inner(self) -> S {
        self.stream
    }

    async fn read_request(&mut self) -> Result<Request, AgiError> {
        let mut request = Request::default();
        let mut bytes = 0;
        for _ in 0..MOST_LINES {
            let line = self.line().await?;
            bytes += line.len() + 1;
            if bytes > MOST_BYTES {
                return Err(AgiError::TooMuch("bytes of a request"));
            }
            if !request.take(&line)? {
                self.nothing_foretold()?;
                return Ok(request);
            }
        }
        Err(AgiError::TooMuch("lines of a request"))
    }

    /// Asterisk speaks only when asked, but for `HANGUP`: what follows the end of a request was smuggled into it, as
    /// an argument with an empty line, and would pass as an answer.
    fn nothing_foretold(&mut self) -> Result<(), AgiError> {
        let rest = self.buffer.get(self.begin..).unwrap_or_default();
        if rest.is_empty() || b"HANGUP\n".starts_with(rest) {
            return Ok(());
        }
        Err(AgiError::Malformed("text behind the end of a request"))
    }

    async fn ask(&mut self, command: &Command) -> Result<Answer, AgiError> {
        self.stream.write_all(command.as_bytes()).await?;
        let mut is_usage = false;
        for _ in 0..MOST_ANSWER_LINES {
            let line = self.line().await?;
            if is_usage && !line.starts_with("520 ") {
                continue;
            }
            match answer::read(&line) {
                Line::Answer(answer) => return answer,
                Line::Hangup => self.is_hung_up = true,
                Line::Interim => {}
                Line::UsageFollows => is_usage = true,
            }
        }
        Err(AgiError::TooMuch("lines of an answer"))
    }

    /// The next line without its end. What is no UTF-8 is replaced.
    async fn line(&mut self) -> Result<String, AgiError> {
        let mut seen = self.begin;
        loop {
            let fresh = self.buffer.get(seen..).unwrap_or_default();
            if let Some(at) = fresh.iter().position(|byte| *byte == b'\n') {
                let end = seen + at;
                let line = self.buffer.get(self.begin..end).unwrap_or_default();
                let text = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
                self.begin = end + 1;
                return Ok(text);
            }
            self.buffer.drain(..self.begin);
            self.begin = 0;
            seen = self.buffer.len();
            if seen > LONGEST_LINE {
                return Err(AgiError::TooMuch("bytes of a line"));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(AgiError::Closed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{DuplexStream, duplex};

    use super::*;

    /// A session whose Asterisk says this, and then nothing more.
    async fn session(says: &[u8]) -> (Session<DuplexStream>, DuplexStream) {
        let (ours, mut theirs) = duplex(1 << 20);
        theirs.write_all(says).await.unwrap();
        (Session::new(ours), theirs)
    }

    /// Lines that are as Asterisk's, each once.
    fn many(count: u32, value: &str) -> String {
        (0..count).map(|n| format!("agi_x{n}: {value}")).collect::<Vec<_>>().join("\n") + "\n"
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(5)
    }

    async fn request(says: &[u8]) -> Result<Request, AgiError> {
        session(says).await.0.request(soon()).await
    }

    async fn answer(says: &str) -> (Result<Answer, AgiError>, bool) {
        let (mut session, _theirs) = session(says.as_bytes()).await;
        let answer = session.send(&Command::noop().unwrap(), soon()).await;
        (answer, session.is_hung_up())
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_and_its_commands() {
        let (mut session, mut theirs) = session(b"agi_network_script: lookup\r\nagi_callerid: 101\n\n").await;
        let request = session.request(soon()).await.unwrap();
        assert_eq!((request.path(), request.field("agi_callerid")), ("lookup", Some("101")));
        theirs.write_all(b"200 result=1\n").await.unwrap();
        let set = Command::set_variable("A", "b c").unwrap();
        assert_eq!(session.send(&set, soon()).await.unwrap().result, 1);
        let mut heard = [0; 64];
        let length = theirs.read(&mut heard).await.unwrap();
        assert_eq!(&heard[..length], b"SET VARIABLE A \"b c\"\n");
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_no_end_or_no_sense_is_refused() {
        let lines = "agi_arg_1: x\n".repeat(10_000);
        assert!(matches!(request(lines.as_bytes()).await, Err(AgiError::Malformed(_))));
        let headers = many(10_000, "y");
        assert!(matches!(request(headers.as_bytes()).await, Err(AgiError::TooMuch(_))));
        let long = many(200, &"y".repeat(1000));
        assert!(matches!(request(long.as_bytes()).await, Err(AgiError::TooMuch(_))));
        assert!(matches!(request("x".repeat(100_000).as_bytes()).await, Err(AgiError::TooMuch(_))));
        assert!(matches!(request(b"agi_network: yes\n").await, Err(AgiError::Late | AgiError::Closed)));
        assert!(matches!(request(&[0xff; 9000]).await, Err(AgiError::TooMuch(_))));
        assert!(matches!(request(b"\x16\x03\x01\x02\n\n").await, Err(AgiError::Malformed(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_sender_is_waited_for_until_the_deadline() {
        let (mut session, _theirs) = session(b"agi_network: yes\nagi_req").await;
        assert!(matches!(session.request(soon()).await, Err(AgiError::Late)));
        let (mut session, theirs) = super::tests::session(b"agi_network: yes\nagi_req").await;
        drop(theirs);
        assert!(matches!(session.request(soon()).await, Err(AgiError::Closed)));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_came_before_its_question_is_no_answer() {
        let smuggled = b"agi_arg_1: a\n\n200 result=1\n\n";
        assert!(matches!(request(smuggled).await, Err(AgiError::Malformed(_))));
        assert!(request(b"agi_arg_1: a\n\nHANGUP\n").await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn answers_with_a_hangup_and_usage_between() {
        assert!(matches!(answer("HANGUP\n200 result=1\n").await, (Ok(_), true)));
        assert!(matches!(answer("HANGUP\n511 dead\n").await, (Err(AgiError::Dead), true)));
        let usage = "520-Invalid command syntax.  Proper usage follows:\n200 is no answer here\n520 End of proper usage.\n";
        assert!(matches!(answer(usage).await, (Err(AgiError::Usage), false)));
        assert!(matches!(answer("100 result=0 Trying...\n200 result=0\n").await, (Ok(_), false)));
        assert!(matches!(answer(&"HANGUP\n".repeat(500)).await, (Err(AgiError::TooMuch(_)), true)));
        assert!(matches!(answer("garbage\n").await, (Err(AgiError::Malformed(_)), false)));
    }
}

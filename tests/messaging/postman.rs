//! A mail server on a real socket: speaks SMTP as it is bidden, and keeps what it took.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// How it behaves from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Takes everything.
    Good,
    /// Says so to each recipient.
    Recipients(&'static str),
    /// Takes the mail, and hangs up instead of saying so.
    Drops,
    /// Says nothing at all.
    Silent,
}

/// A mail that was taken, or at least read.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub text: String,
}

impl Mail {
    /// The lines of a header, unfolded.
    pub fn header(&self, name: &str) -> Vec<String> {
        let head = self.text.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        let start = format!("{}:", name.to_ascii_lowercase());
        let lines = head.lines().filter(|line| line.to_ascii_lowercase().starts_with(&start));
        lines.map(|line| line[start.len()..].trim().to_owned()).collect()
    }

    pub fn body(&self) -> &str {
        self.text.split_once("\r\n\r\n").unwrap().1
    }
}

/// Listens until it is dropped.
pub struct Postman {
    pub address: SocketAddr,
    manner: Arc<Mutex<Manner>>,
    mails: Arc<Mutex<Vec<Mail>>>,
    lines: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Postman {
    pub async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (manner, mails) = (Arc::new(Mutex::new(manner)), Arc::<Mutex<Vec<Mail>>>::default());
        let lines = Arc::<Mutex<Vec<String>>>::default();
        let (how, kept, heard) = (Arc::clone(&manner), Arc::clone(&mails), Arc::clone(&lines));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let manner = *how.lock().unwrap();
                tokio::spawn(serve(stream, manner, Arc::clone(&kept), Arc::clone(&heard)));
            }
        });
        Self { address, manner, mails, lines, task }
    }

    pub fn behave(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    /// Everything that was said to it but the mails themselves.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}

impl Drop for Postman {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    stream: TcpStream,
    manner: Manner,
    mails: Arc<Mutex<Vec<Mail>>>,
    lines: Arc<Mutex<Vec<String>>>,
) {
    if manner == Manner::Silent {
        std::future::pending::<()>().await;
    }
    let mut stream = BufReader::new(stream);
    let mut mail = Mail::default();
    let mut answer = "220 postman ESMTP".to_owned();
    loop {
        if stream.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return;
        }
        let Some(line) = read(&mut stream).await else { return };
        lines.lock().unwrap().push(line.clone());
        let verb = line.split([' ', ':']).next().unwrap().to_ascii_uppercase();
        answer = match &*verb {
            "EHLO" => "250-postman\r\n250 AUTH PLAIN LOGIN".to_owned(),
            "AUTH" => "235 welcome".to_owned(),
            "MAIL" => {
                mail = Mail { from: line, ..Mail::default() };
                "250 ok".to_owned()
            }
            "RCPT" => match manner {
                Manner::Recipients(words) => words.to_owned(),
                _ => {
                    mail.to.push(line);
                    "250 ok".to_owned()
                }
            },
            "DATA" => {
                let _ = stream.write_all(b"354 go on\r\n").await;
                while let Some(line) = read(&mut stream).await.filter(|line| line != ".") {
                    mail.text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.text.push_str("\r\n");
                }
                mails.lock().unwrap().push(mail.clone());
                if manner == Manner::Drops {
                    return;
                }
                "250 taken".to_owned()
            }
            "NOOP" | "RSET" => "250 ok".to_owned(),
            "QUIT" => {
                let _ = stream.write_all(b"221 bye\r\n").await;
                return;
            }
            _ => "502 what?".to_owned(),
        };
    }
}

/// A line that ended with CRLF; a bare LF would be another reader's line end.
async fn read(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|count| *count > 0)?;
    let line = line.strip_suffix("\r\n").expect("lines end with CRLF");
    assert!(!line.contains('\r'), "{line:?}");
    Some(line.to_owned())
}

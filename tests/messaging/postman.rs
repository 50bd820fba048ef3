//! A mail server on a real socket: speaks SMTP as it is bidden, and keeps what it took.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// How it behaves from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Takes everything.
    Good,
    /// Says so to each recipient.
    Recipients(&'static str),
    /// Takes the mail, and hangs up instead of saying so.
    Drops,
    /// Takes the mail, and says nothing more.
    Stalls,
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
    desk: Desk,
    task: JoinHandle<()>,
}

/// What all of its conversations share.
#[derive(Clone)]
struct Desk {
    manner: Arc<Mutex<Manner>>,
    mails: Arc<Mutex<Vec<Mail>>>,
    lines: Arc<Mutex<Vec<String>>>,
    /// Talks of nothing before `STARTTLS`, if it is set.
    tls: Option<TlsAcceptor>,
}

impl Postman {
    pub async fn start(manner: Manner) -> Self {
        Self::with(manner, None).await
    }

    pub async fn with(manner: Manner, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let manner = Arc::new(Mutex::new(manner));
        let desk = Desk { manner, mails: Arc::default(), lines: Arc::default(), tls };
        let shared = desk.clone();
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let manner = *shared.manner.lock().unwrap();
                tokio::spawn(serve(stream, manner, shared.clone()));
            }
        });
        Self { address, desk, task }
    }

    pub fn behave(&self, manner: Manner) {
        *self.desk.manner.lock().unwrap() = manner;
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.desk.mails.lock().unwrap().clone()
    }

    /// Everything that was said to it but the mails themselves; what came over TLS after `tls `.
    pub fn lines(&self) -> Vec<String> {
        self.desk.lines.lock().unwrap().clone()
    }
}

impl Drop for Postman {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, manner: Manner, desk: Desk) {
    if manner == Manner::Silent {
        std::future::pending::<()>().await;
    }
    let greeting = Some("220 postman ESMTP".to_owned());
    match &desk.tls {
        None => drop(talk(stream, manner, &desk, greeting, "").await),
        Some(tls) => {
            let Some(stream) = talk(stream, manner, &desk, greeting, "").await else { return };
            // Who does not trust the certificate hangs up here.
            if let Ok(stream) = tls.accept(stream).await {
                talk(stream, manner, &desk, None, "tls ").await;
            }
        }
    }
}

/// Talks until the other end has had enough; gives the stream back if it is to be protected now.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    manner: Manner,
    desk: &Desk,
    mut answer: Option<String>,
    mark: &str,
) -> Option<S> {
    let mut stream = BufReader::new(stream);
    let mut mail = Mail::default();
    let is_open = desk.tls.is_none() || !mark.is_empty();
    loop {
        if let Some(answer) = answer.take() {
            stream.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        }
        let line = read(&mut stream).await?;
        desk.lines.lock().unwrap().push(format!("{mark}{line}"));
        let verb = line.split([' ', ':']).next().unwrap().to_ascii_uppercase();
        let said = match &*verb {
            "EHLO" if is_open => "250-postman\r\n250 AUTH PLAIN LOGIN".to_owned(),
            "EHLO" => "250-postman\r\n250 STARTTLS".to_owned(),
            "STARTTLS" if !is_open => {
                stream.write_all(b"220 go on\r\n").await.ok()?;
                return Some(stream.into_inner());
            }
            _ if !is_open => "530 first STARTTLS".to_owned(),
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
                desk.mails.lock().unwrap().push(mail.clone());
                match manner {
                    Manner::Drops => return None,
                    Manner::Stalls => std::future::pending().await,
                    _ => "250 taken".to_owned(),
                }
            }
            "NOOP" | "RSET" => "250 ok".to_owned(),
            "QUIT" => {
                let _ = stream.write_all(b"221 bye\r\n").await;
                return None;
            }
            _ => "502 what?".to_owned(),
        };
        answer = Some(said);
    }
}

/// A line that ended with CRLF; a bare LF would be another reader's line end.
async fn read<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|count| *count > 0)?;
    let line = line.strip_suffix("\r\n").expect("lines end with CRLF");
    assert!(!line.contains('\r'), "{line:?}");
    Some(line.to_owned())
}

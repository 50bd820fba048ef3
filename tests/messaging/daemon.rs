//! The program itself, killed while a chat and a mail server have its messages in their hands.

use std::{
    fs,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use stasisd::{
    config::{Config, StorageConfig},
    model::{Message, MessageState},
    storage::{MessageQuery, PageRequest, Store},
};
use tokio::time::{Instant, sleep};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

use crate::{
    postman::{Manner, Postman},
    receiver::{self, Receiver, status},
    temp::TempDir,
};

/// The program on a folder of its own; Asterisk is away.
struct Daemon {
    folder: TempDir,
    child: Option<Child>,
}

impl Daemon {
    fn new(messaging: &str) -> Self {
        let folder = TempDir::new("messages");
        let path = folder.path().display().to_string();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let text = format!(
            "[http]\nlisten = \"127.0.0.1:{port}\"\n[fastagi]\nlisten = \"127.0.0.1:0\"\n\
             [storage]\nurl = \"sqlite://{path}/stasisd.db\"\n[speech]\ncache_directory = \"{path}/prompts\"\n\
             [ari]\nurl = \"http://127.0.0.1:1\"\n[webhooks]\nallow_private = true\n{messaging}"
        );
        fs::write(folder.path().join("stasisd.toml"), text).unwrap();
        fs::write(folder.path().join("password"), "a secret of ours\n").unwrap();
        Self { folder, child: None }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let (mut command, top) = (Command::new(env!("CARGO_BIN_EXE_stasisd")), env!("CARGO_MANIFEST_DIR"));
        command.env_clear().args(arguments).env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("STASISD_CONFIG", self.folder.path().join("stasisd.toml"));
        command.env("STASISD_ARI__PASSWORD_FILE", self.folder.path().join("password"));
        command.env("STASISD_SPEECH__SOUNDS_DIRECTORY", format!("{top}/sounds"));
        command.env("STASISD_FLOWS__DIRECTORY", format!("{top}/config/flows"));
        // Whom this machine trusts.
        command.env("SSL_CERT_FILE", self.folder.path().join("trusted.pem"));
        command
    }

    fn start(&mut self) {
        let log = fs::File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        self.child = Some(self.command(&["run"]).stderr(log).stdout(Stdio::null()).spawn().unwrap());
    }

    /// SIGKILL.
    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self.command(arguments).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&text).into_owned())
    }

    /// Says it, as soon as the control port listens.
    async fn says(&self, to: &str, text: &str) {
        self.until(|| self.run(&["say", to, text]), |said| said.0 == Some(0)).await;
    }

    /// Asks until it is so.
    async fn until<T: std::fmt::Debug>(&self, ask: impl Fn() -> T, good: impl Fn(&T) -> bool) -> T {
        let end = Instant::now() + Duration::from_secs(90);
        loop {
            let answer = ask();
            if good(&answer) {
                return answer;
            }
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(Instant::now() < end, "still {answer:?}\n{}", log());
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// All messages, as they are on disk.
    async fn messages(&self) -> Vec<Message> {
        let url = format!("sqlite://{}/stasisd.db", self.folder.path().display());
        let storage = StorageConfig { url: url.into(), ..Config::defaults().unwrap().storage };
        let store = Store::open(&storage).await.unwrap();
        store
            .messages(&MessageQuery::default(), &PageRequest { cursor: None, limit: 200 })
            .await
            .unwrap()
            .items
    }

    /// A mail server's TLS, with a certificate that this daemon trusts.
    fn tls(&self) -> TlsAcceptor {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        fs::write(self.folder.path().join("trusted.pem"), made.cert.pem()).unwrap();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let key = made.signing_key.serialize_der().try_into().unwrap();
        let config =
            config.unwrap().with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key);
        TlsAcceptor::from(Arc::new(config.unwrap()))
    }

    fn append(&self, text: &str) {
        let path = self.folder.path().join("stasisd.toml");
        let known = fs::read_to_string(&path).unwrap();
        fs::write(path, known + text).unwrap();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.kill();
    }
}

fn mail(port: u16) -> String {
    format!(
        "[messaging.channels.mail]\nkind = \"email\"\nhost = \"localhost\"\nport = {port}\nuser = \"me\"\n\
         password = \"secret\"\nfrom = \"phones@desk.example\"\nto = [\"team@desk.example\"]\n"
    )
}

/// The intents are on disk, both have what was sent, and neither has said so: the next life sends both again under the
/// same keys, and then no more.
#[tokio::test(flavor = "multi_thread")]
async fn killed_between_the_intent_and_the_answer() {
    let chat = Receiver::start(receiver::Manner::Silent).await;
    let mut daemon = Daemon::new(&format!(
        "[messaging]\ntimeout_ms = 4000\n[messaging.channels.chat]\nkind = \"webhook\"\nurl = \"{}\"\n",
        chat.url()
    ));
    let postman = Postman::with(Manner::Stalls, Some(daemon.tls())).await;
    daemon.append(&mail(postman.address.port()));
    daemon.start();
    daemon.says("chat", "Shift change").await;
    daemon.until(|| chat.requests().len(), |count| *count == 1).await;
    daemon.says("mail", "Shift change").await;
    daemon.until(|| postman.mails().len(), |count| *count == 1).await;
    daemon.kill();
    assert!(daemon.messages().await.iter().all(|message| message.state == MessageState::Waiting));

    chat.behave(status("200 OK"));
    postman.behave(Manner::Good);
    let (before, read) = (chat.requests().len(), postman.mails().len());
    daemon.start();
    daemon
        .until(|| (chat.requests().len(), postman.mails().len()), |now| *now == (before + 1, read + 1))
        .await;
    let end = Instant::now() + Duration::from_secs(15);
    while daemon.messages().await.iter().any(|message| message.state != MessageState::Sent) {
        assert!(Instant::now() < end, "{:?}", daemon.messages().await);
        sleep(Duration::from_millis(50)).await;
    }
    let keys: Vec<String> =
        chat.requests().iter().map(|told| told.header("idempotency-key").to_owned()).collect();
    assert!(keys.iter().all(|key| *key == keys[0] && key.len() == 36), "{keys:?}");
    let ids: Vec<_> = postman.mails().iter().map(|mail| mail.header("message-id")).collect();
    assert!(ids.iter().all(|id| *id == ids[0] && id.len() == 1), "{ids:?}");
    // One more life has nothing to tell.
    daemon.kill();
    daemon.start();
    daemon.says("chat", "That was it").await;
    daemon.until(|| chat.requests().len(), |count| *count == before + 2).await;
    assert_eq!(postman.mails().len(), read + 1);
}

/// From the command line to the carrier's door, which is closed at first.
#[tokio::test(flavor = "multi_thread")]
async fn something_is_said_by_short_message() {
    let carrier = Receiver::start(status("503 Service Unavailable")).await;
    let mut daemon = Daemon::new(&format!(
        "[messaging.channels.phone]\nkind = \"sms\"\nnumber = \"+34600000002\"\n[sms.carriers.out]\nkind = \"twilio\"\n\
         url = \"http://{}\"\naccount = \"AC1\"\ntoken = \"hidden\"\nfrom = \"+34600111222\"\n",
        carrier.address
    ));
    daemon.tls();
    daemon.start();
    daemon.says("phone", "**Pizza** in the kitchen!").await;
    daemon.until(|| carrier.requests().len(), |count| *count == 1).await;
    carrier.behave(receiver::Manner::Says(
        "HTTP/1.1 201 Created\r\ncontent-length: 14\r\n\r\n{\"sid\": \"SM1\"}".to_owned(),
    ));
    daemon.until(|| carrier.requests().len(), |count| *count == 2).await;
    let end = Instant::now() + Duration::from_secs(15);
    while daemon.messages().await[0].state != MessageState::Sent {
        assert!(Instant::now() < end, "{:?}", daemon.messages().await);
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(daemon.messages().await[0].detail.as_deref(), Some("out, SM1, 1 part"));
    let request = &carrier.requests()[1];
    assert_eq!(request.line, "POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1");
    assert_eq!(request.body, "To=%2B34600000002&From=%2B34600111222&Body=Pizza+in+the+kitchen%21");
    daemon.kill();
    let log = fs::read_to_string(daemon.folder.path().join("log")).unwrap();
    assert!(log.contains("short message taken") && !log.contains("hidden"), "{log}");
    assert!(!log.contains("QUMxOmhpZGRlbg"), "{log}");
}

/// Names and passwords cross the net only under a certificate that this machine trusts.
#[tokio::test(flavor = "multi_thread")]
async fn starttls_with_a_trusted_certificate_and_with_another() {
    let mut daemon = Daemon::new("");
    let postman = Postman::with(Manner::Good, Some(daemon.tls())).await;
    daemon.append(&mail(postman.address.port()));
    let (_, said) = daemon.run(&["doctor"]);
    assert!(said.contains("mail: the mail server localhost lets us in"), "{said}");
    daemon.start();
    daemon.says("mail", "Hola").await;
    daemon.until(|| postman.mails().len(), |count| *count == 1).await;
    daemon.kill();
    let lines = postman.lines();
    assert!(lines.iter().any(|line| line.starts_with("tls AUTH PLAIN ")), "{lines:?}");
    assert!(
        lines
            .iter()
            .all(|line| line.starts_with("tls ") || ["EHLO desk.example", "STARTTLS"].contains(&&**line))
    );

    daemon.tls();
    let before = lines.len();
    let (_, said) = daemon.run(&["doctor"]);
    assert!(said.contains("FAIL  messages       mail: ") && said.contains("ertificate"), "{said}");
    assert!(postman.lines()[before..].iter().all(|line| !line.starts_with("tls ")), "{:?}", postman.lines());
}

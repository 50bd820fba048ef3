//! A channel over SMTP: one plain mail for each message, under one Message-ID however often it is tried.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::{Mailbox, Message as Mail, header::ContentType},
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
    },
};

use super::Sending;
use crate::{
    config::{ChannelConfig, Security},
    messaging::words,
    model::{Message, Person},
};

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// A field of the channel, and what is wrong with it.
type Wrong = (&'static str, String);

pub(super) struct Email {
    transport: Transport,
    from: Mailbox,
    to: Vec<Mailbox>,
    timeout: Duration,
}

impl Email {
    pub(super) fn new(config: &ChannelConfig, timeout: Duration) -> Result<Self, Wrong> {
        let from = mailbox("from", config.from.as_deref().unwrap_or_default())?;
        let to = config.to.iter().map(|to| mailbox("to", to)).collect::<Result<_, _>>()?;
        Ok(Self { transport: transport(config, from.email.domain(), timeout)?, from, to, timeout })
    }

    pub(super) async fn send(&self, message: &Message, to: Option<&Person>) -> Sending {
        let to = match to.map(|person| (person, person.email.as_deref())) {
            None => self.to.clone(),
            Some((person, Some(email))) => match mailbox("email", email) {
                // A subject is one line, and so is a name.
                Ok(address) => {
                    vec![Mailbox::new(Some(words::subject(&words::cleaned(&person.name))), address.email)]
                }
                Err((_, what)) => return Sending::Never(format!("{}: {what}", person.id)),
            },
            Some((person, None)) => return Sending::Never(format!("{} has no e-mail address", person.id)),
        };
        let mail = match self.mail(message, to) {
            Ok(mail) => mail,
            Err(error) => return Sending::Never(format!("the mail cannot be made: {error}")),
        };
        // Its own timeout is for each command; a server that drips is done with here.
        match tokio::time::timeout(self.timeout * 3, self.transport.send(mail)).await {
            Ok(Ok(_)) => Sending::Sent(None),
            Ok(Err(error)) if error.is_permanent() => Sending::Never(reason(&error)),
            Ok(Err(error)) => Sending::Later { why: reason(&error), wish: None },
            Err(_) => Sending::Later { why: "the mail server took too long".to_owned(), wish: None },
        }
    }

    fn mail(&self, message: &Message, to: Vec<Mailbox>) -> Result<Mail, lettre::error::Error> {
        let id = format!("<{}@{}>", message.id, self.from.email.domain());
        let mail = Mail::builder()
            .message_id(Some(id))
            .from(self.from.clone())
            .subject(words::subject(&message.text))
            .header(ContentType::TEXT_PLAIN);
        to.into_iter().fold(mail, lettre::message::MessageBuilder::to).body(message.text.clone())
    }
}

/// Whether the mail server is there and lets us in: greeting, EHLO, TLS, login and NOOP.
///
/// # Errors
/// What it, or the net, said.
pub async fn probe(config: &ChannelConfig, timeout: Duration) -> Result<(), String> {
    let email = Email::new(config, timeout).map_err(|(field, what)| format!("{field}: {what}"))?;
    match tokio::time::timeout(timeout * 3, email.transport.test_connection()).await {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) => Err("the mail server does not answer NOOP".to_owned()),
        Ok(Err(error)) => Err(reason(&error)),
        Err(_) => Err("the mail server took too long".to_owned()),
    }
}

fn transport(config: &ChannelConfig, domain: &str, timeout: Duration) -> Result<Transport, Wrong> {
    let host = config.host.clone().unwrap_or_default();
    let parameters = || TlsParameters::new_rustls(host.clone()).map_err(|error| ("host", reason(&error)));
    let (tls, port) = match config.security.unwrap_or_default() {
        // RFC 6409 §3.1, RFC 8314 §3.3, RFC 5321 §4.5.4.2
        Security::Starttls => (Tls::Required(parameters()?), 587),
        Security::Tls => (Tls::Wrapper(parameters()?), 465),
        Security::None => (Tls::None, 25),
    };
    let mut builder = Transport::builder_dangerous(host)
        .port(config.port.unwrap_or(port))
        .tls(tls)
        .timeout(Some(timeout))
        .hello_name(ClientId::Domain(domain.to_owned()));
    if let (Some(user), Some(password)) = (&config.user, &config.password) {
        builder = builder.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
    }
    Ok(builder.build())
}

fn mailbox(field: &'static str, text: &str) -> Result<Mailbox, Wrong> {
    text.parse().map_err(|error| (field, format!("{text:?} is no address: {error}")))
}

/// The innermost cause says most.
fn reason(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = inner.source();
    }
    words::cleaned(&text).chars().take(300).collect()
}

//! What came of a call, from its messages.

use std::{path::PathBuf, time::Duration};

use super::Message;

/// Who ended a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBy {
    /// The caller's BYE.
    Caller,
    /// Asterisk's BYE.
    Asterisk,
    /// It was never answered.
    NotAnswered,
}

/// A call that is over.
#[derive(Debug)]
pub struct Called {
    pub(super) exit: Option<i32>,
    /// Everything on the wire.
    pub messages: Vec<Message>,
    /// Scenario, messages, errors.
    pub dir: PathBuf,
}

impl Called {
    /// Whether sipp saw nothing that it did not expect.
    pub fn as_expected(&self) -> bool {
        self.exit == Some(0)
    }

    /// Final status of the INVITE.
    pub fn status(&self) -> Option<u16> {
        let finals = self.messages.iter().filter(|message| !message.sent);
        finals.filter_map(Message::status).find(|(status, m)| *m == "INVITE" && *status >= 200).map(|it| it.0)
    }

    /// Who ended it.
    pub fn ended_by(&self) -> EndedBy {
        match self.messages.iter().find(|message| message.method() == Some("BYE")) {
            Some(bye) if bye.sent => EndedBy::Caller,
            Some(_) => EndedBy::Asterisk,
            None => EndedBy::NotAnswered,
        }
    }

    /// Targets (`Refer-To`) of the REFERs received, retransmissions left out.
    pub fn refers(&self) -> Vec<String> {
        let refers = self.messages.iter().filter(|m| !m.sent && m.method() == Some("REFER"));
        let mut targets: Vec<(Option<&str>, &str)> = Vec::new();
        for refer in refers {
            let cseq = refer.header("CSeq");
            if targets.iter().all(|(seen, _)| *seen != cseq) {
                targets.push((cseq, refer.header("Refer-To").unwrap_or_default()));
            }
        }
        targets.into_iter().map(|(_, target)| target.to_owned()).collect()
    }

    /// From the INVITE to its answer.
    pub fn answered_after(&self) -> Option<Duration> {
        let invite = self.messages.first()?.at;
        Some(self.answered_at()?.saturating_sub(invite))
    }

    /// From the answer to the first BYE.
    pub fn lasted(&self) -> Option<Duration> {
        let bye = self.messages.iter().find(|message| message.method() == Some("BYE"))?;
        Some(bye.at.saturating_sub(self.answered_at()?))
    }

    /// Time of day of the answer.
    pub fn answered_at(&self) -> Option<Duration> {
        let ok = self.messages.iter().find(|message| message.status() == Some((200, "INVITE")))?;
        Some(ok.at)
    }
}

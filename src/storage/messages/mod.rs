//! Messages to people: written before anything is sent, claimed for one try, settled; and what was announced.

mod work;

use jiff::Timestamp;

pub use work::MessageTried;

use super::{
    StorageError, Store, codec,
    page::{Conditions, Page, PageRequest, Place},
    pool::{Tx, args, rows},
};
use crate::model::{Message, MessageId, MessageKind, MessageState, PersonId};

/// Which messages to list. All that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageQuery {
    /// Where they are.
    pub state: Option<MessageState>,
    /// What they are about.
    pub kind: Option<MessageKind>,
    /// By which channel.
    pub channel: Option<String>,
    /// To whom.
    pub person: Option<String>,
}

rows! {
    /// A row of `messages`.
    struct MessageRow {
        id: String,
        kind: String,
        channel: String,
        person: Option<String>,
        text: String,
        author: Option<String>,
        state: String,
        tries: i64,
        next_at: i64,
        valid_until: i64,
        trying_since: Option<i64>,
        detail: Option<String>,
        created_at: i64,
        ended_at: Option<i64>,
    }
}

impl MessageRow {
    fn message(self) -> Result<Message, StorageError> {
        let id = MessageId::parse(&self.id);
        Ok(Message {
            id: id.ok_or_else(|| StorageError::Corrupt(format!("the message id {:?}", self.id)))?,
            kind: codec::from_word(&self.kind)?,
            channel: self.channel,
            person: self.person.as_deref().map(PersonId::parse).transpose().map_err(StorageError::Corrupt)?,
            text: self.text,
            by: self.author,
            state: codec::from_word(&self.state)?,
            tries: codec::number(self.tries)?,
            next_at: codec::time(self.next_at)?,
            valid_until: codec::time(self.valid_until)?,
            trying_since: codec::time_or_none(self.trying_since)?,
            detail: self.detail,
            created_at: codec::time(self.created_at)?,
            ended_at: codec::time_or_none(self.ended_at)?,
        })
    }
}

const COLUMNS: &str = "SELECT * FROM messages";
const INSERT: &str = "INSERT INTO messages (id, kind, channel, person, text, author, state, tries, next_at,
    valid_until, created_at) VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, $7, $8, $9) ON CONFLICT (id) DO NOTHING";
const MARK: &str = "INSERT INTO message_marks (mark, at) VALUES ($1, $2) ON CONFLICT (mark) DO NOTHING";
const WITHDRAW: &str = "UPDATE messages SET state = 'withdrawn', ended_at = $2, detail = $3
    WHERE id = $1 AND state = 'waiting' AND trying_since IS NULL";

async fn insert(tx: &mut Tx, message: &Message) -> Result<bool, StorageError> {
    let values = args![
        message.id.to_string(),
        codec::word(message.kind)?,
        message.channel.as_str(),
        message.person.as_ref().map(PersonId::as_str),
        message.text.as_str(),
        message.by.as_deref(),
        message.next_at,
        message.valid_until,
        message.created_at,
    ];
    Ok(tx.execute(INSERT, values).await? > 0)
}

impl Store {
    /// Stores messages to be sent; one whose id is known changes nothing. Says of each whether it is new.
    pub async fn add_messages(&self, messages: &[Message]) -> Result<Vec<bool>, StorageError> {
        self.within(async {
            let mut tx = self.pool.begin().await?;
            let mut new = Vec::with_capacity(messages.len());
            for message in messages {
                new.push(insert(&mut tx, message).await?);
            }
            tx.commit().await?;
            Ok(new)
        })
        .await
    }

    /// Stores messages that announce something, and marks it as announced; neither, if part of it was announced
    /// meanwhile. Says whether it is new.
    pub async fn announce(
        &self,
        messages: &[Message],
        marks: &[String],
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        self.within(async {
            let mut tx = self.pool.begin().await?;
            for mark in marks {
                if tx.execute(MARK, args![mark.as_str(), now]).await? == 0 {
                    tx.roll_back().await?;
                    return Ok(false);
                }
            }
            for message in messages {
                insert(&mut tx, message).await?;
            }
            tx.commit().await?;
            Ok(true)
        })
        .await
    }

    /// What was announced and is still so.
    pub async fn message_marks(&self) -> Result<Vec<String>, StorageError> {
        let sql = "SELECT mark FROM message_marks ORDER BY mark";
        let rows: Vec<(String,)> = self.within(self.pool.fetch(sql, args![])).await?;
        Ok(rows.into_iter().map(|(mark,)| mark).collect())
    }

    /// What was announced is no longer so: it may be announced again.
    pub async fn unmark(&self, marks: &[String]) -> Result<(), StorageError> {
        for mark in marks {
            let sql = "DELETE FROM message_marks WHERE mark = $1";
            self.within(self.pool.execute(sql, args![mark.as_str()])).await?;
        }
        Ok(())
    }

    /// One message.
    pub async fn message(&self, id: MessageId) -> Result<Option<Message>, StorageError> {
        let mut conditions = Conditions::new("1 = 1");
        conditions.and("id = ?", Some(args![id.to_string()]));
        let (sql, args) = conditions.into_query(COLUMNS, "", 1);
        self.within(async {
            let rows: Vec<MessageRow> = self.pool.fetch(sql, args).await?;
            rows.into_iter().next().map(MessageRow::message).transpose()
        })
        .await
    }

    /// Lists messages, the newest first.
    pub async fn messages(
        &self,
        query: &MessageQuery,
        page: &PageRequest,
    ) -> Result<Page<Message>, StorageError> {
        let place = page.place()?;
        let state = query.state.map(codec::word).transpose()?;
        let kind = query.kind.map(codec::word).transpose()?;
        let mut conditions = Conditions::new("1 = 1");
        conditions
            .and("state = ?", state.map(|state| args![state]))
            .and("kind = ?", kind.map(|kind| args![kind]))
            .and("channel = ?", query.channel.as_deref().map(|channel| args![channel]))
            .and("person = ?", query.person.as_deref().map(|person| args![person]))
            .and("(created_at, id) < (?, ?)", place.map(|p| args![p.micros, p.id]));
        let (sql, args) = conditions.into_query(COLUMNS, "ORDER BY created_at DESC, id DESC", page.rows());
        self.within(async {
            let rows: Vec<MessageRow> = self.pool.fetch(sql, args).await?;
            let messages = rows.into_iter().map(MessageRow::message).collect::<Result<Vec<_>, _>>()?;
            let place = |m: &Message| Place { micros: m.created_at.as_microsecond(), id: m.id.to_string() };
            Ok(page.page(messages, place))
        })
        .await
    }

    /// How many messages wait.
    pub async fn waiting_messages(&self) -> Result<u64, StorageError> {
        let sql = "SELECT COUNT(*) FROM messages WHERE state = 'waiting'";
        let rows: Vec<(i64,)> = self.within(self.pool.fetch(sql, args![])).await?;
        codec::number(rows.first().map_or(0, |row| row.0))
    }

    /// Takes back a message that waits and is not being sent. Gives it as it is then; `None`: there is none.
    pub async fn withdraw_message(
        &self,
        id: MessageId,
        why: &str,
        now: Timestamp,
    ) -> Result<Option<Message>, StorageError> {
        self.within(self.pool.execute(WITHDRAW, args![id.to_string(), now, why])).await?;
        self.message(id).await
    }
}

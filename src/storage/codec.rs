//! Values as columns and back: times as microseconds, JSON as text, enums as their words.

use jiff::Timestamp;
use serde::{
    Serialize,
    de::{
        DeserializeOwned, IntoDeserializer,
        value::{Error as WordError, StrDeserializer},
    },
};
use serde_json::Value;

use super::StorageError;
use crate::model::{CallState, Direction, Disposition};

pub(super) fn time(micros: i64) -> Result<Timestamp, StorageError> {
    Timestamp::from_microsecond(micros).map_err(|e| StorageError::Corrupt(format!("a stored time: {e}")))
}

pub(super) fn time_or_none(micros: Option<i64>) -> Result<Option<Timestamp>, StorageError> {
    micros.map(time).transpose()
}

/// A time as the database keeps it: whole microseconds.
pub(super) fn whole_micros(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

pub(super) fn json<T: Serialize>(value: &T) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(|e| StorageError::Corrupt(format!("a value that is no JSON: {e}")))
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, StorageError> {
    serde_json::from_str(text).map_err(|e| StorageError::Corrupt(format!("stored JSON: {e}")))
}

/// An enum from its stored word.
pub(super) fn from_word<T: DeserializeOwned>(word: &str) -> Result<T, StorageError> {
    let reader: StrDeserializer<'_, WordError> = word.into_deserializer();
    T::deserialize(reader).map_err(|e| StorageError::Corrupt(format!("a stored word: {e}")))
}

/// An enum's word, as serde writes it.
pub(super) fn word<T: Serialize>(value: T) -> Result<String, StorageError> {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => Ok(word),
        other => Err(StorageError::Corrupt(format!("a value that is no word: {other:?}"))),
    }
}

/// As [`word`], of what may be missing.
pub(super) fn word_or_none<T: Serialize>(value: Option<T>) -> Result<Option<String>, StorageError> {
    value.map(word).transpose()
}

/// As [`from_word`], of what may be missing.
pub(super) fn from_word_or_none<T: DeserializeOwned>(word: Option<&str>) -> Result<Option<T>, StorageError> {
    word.map(from_word).transpose()
}

/// A stored number that must fit a smaller type.
pub(super) fn number<T: TryFrom<i64>>(value: i64) -> Result<T, StorageError> {
    T::try_from(value).map_err(|_| StorageError::Corrupt(format!("a stored number out of bounds: {value}")))
}

pub(super) fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    }
}

pub(super) fn state(state: CallState) -> &'static str {
    match state {
        CallState::Live => "live",
        CallState::Ended => "ended",
    }
}

pub(super) fn disposition(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Completed => "completed",
        Disposition::HungUp => "hung_up",
        Disposition::Transferred => "transferred",
        Disposition::Rejected => "rejected",
        Disposition::Unanswered => "unanswered",
        Disposition::HandedBack => "handed_back",
        Disposition::EndedUnseen => "ended_unseen",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Lane, NoticeKind, Reach};

    #[test]
    fn words_are_read_as_they_are_written() {
        for value in [Direction::Inbound, Direction::Outbound] {
            assert_eq!(from_word::<Direction>(direction(value)), Ok(value));
        }
        for value in [CallState::Live, CallState::Ended] {
            assert_eq!(from_word::<CallState>(state(value)), Ok(value));
        }
        for value in [
            Disposition::Completed,
            Disposition::HungUp,
            Disposition::Transferred,
            Disposition::Rejected,
            Disposition::Unanswered,
            Disposition::HandedBack,
            Disposition::EndedUnseen,
        ] {
            assert_eq!(from_word::<Disposition>(disposition(value)), Ok(value));
        }
        assert_eq!(from_word::<NoticeKind>(NoticeKind::CallTakenUp.as_str()), Ok(NoticeKind::CallTakenUp));
        assert!(from_word::<CallState>("Live").is_err());
        for value in Lane::ALL {
            assert_eq!(word(value).and_then(|w| from_word::<Lane>(&w)), Ok(value));
        }
        assert_eq!(word(Reach::NoAnswer), Ok("no_answer".to_owned()));
        assert!(word(1).is_err());
    }
}

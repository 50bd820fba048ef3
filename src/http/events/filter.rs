//! Which events a stream wants. Pure.

use crate::{
    http::problem::Problem,
    model::{CallId, Notice},
};

/// Patterns of one stream at most.
const MOST: usize = 16;

/// Kinds and a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    kinds: Vec<Pattern>,
    call: Option<CallId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    /// `call.ended`
    Whole(String),
    /// `call.*`, kept as `call.`
    Start(String),
}

impl Filter {
    /// Reads `call.*,order.changed` and a call's id.
    pub(super) fn parse(kinds: Option<&str>, call: Option<&str>) -> Result<Self, Problem> {
        let texts: Vec<&str> = kinds.map(|k| k.split(',').map(str::trim).collect()).unwrap_or_default();
        if texts.len() > MOST {
            return Err(Problem::field("kind", format!("at most {MOST} kinds, separated by commas")));
        }
        let kinds = texts.into_iter().map(pattern).collect::<Result<_, _>>()?;
        let call = call
            .map(|text| CallId::parse(text).ok_or_else(|| Problem::field("call", "a call's id is a UUID")))
            .transpose()?;
        Ok(Self { kinds, call })
    }

    /// Whether the stream wants it.
    pub(super) fn wants(&self, notice: &Notice) -> bool {
        let kind = notice.kind.as_str();
        let kind_fits = self.kinds.is_empty()
            || self.kinds.iter().any(|pattern| match pattern {
                Pattern::Whole(whole) => whole == kind,
                Pattern::Start(start) => kind.starts_with(start),
            });
        kind_fits && self.call.is_none_or(|call| notice.call == Some(call))
    }
}

fn pattern(text: &str) -> Result<Pattern, Problem> {
    let name = text.strip_suffix(".*").unwrap_or(text);
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'.') {
        return Err(Problem::field("kind", "a kind is a name such as \"call.ended\", or \"call.*\""));
    }
    Ok(if name == text { Pattern::Whole(name.to_owned()) } else { Pattern::Start(format!("{name}.")) })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::Value;
    use uuid::Uuid;

    use super::*;
    use crate::model::NoticeKind;

    fn wants(kinds: Option<&str>, call: Option<&str>, kind: NoticeKind, of: Option<u128>) -> bool {
        let call_id = of.map(|n| CallId(Uuid::from_u128(n)));
        let notice = Notice { id: 1, at: Timestamp::UNIX_EPOCH, kind, call: call_id, data: Value::Null };
        Filter::parse(kinds, call).unwrap().wants(&notice)
    }

    #[test]
    fn kinds_and_calls() {
        let one = Uuid::from_u128(1).to_string();
        assert!(wants(None, None, NoticeKind::AriLost, None));
        assert!(wants(Some("call.*"), None, NoticeKind::CallKey, Some(1)));
        assert!(!wants(Some("call.*"), None, NoticeKind::AriLost, None));
        assert!(wants(Some("order.changed, ari.lost"), None, NoticeKind::AriLost, None));
        assert!(!wants(Some("call.end"), None, NoticeKind::CallEnded, None));
        assert!(wants(None, Some(&one), NoticeKind::CallKey, Some(1)));
        assert!(!wants(None, Some(&one), NoticeKind::CallKey, Some(2)));
        assert!(!wants(None, Some(&one), NoticeKind::AriLost, None));
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in ["", "*", "call.*.x", "CALL", "a b", ",", ".*", &["a"; 17].join(",")] {
            assert!(Filter::parse(Some(bad), None).is_err(), "{bad}");
        }
        assert!(Filter::parse(None, Some("1")).is_err());
    }
}

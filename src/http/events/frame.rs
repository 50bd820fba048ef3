//! Events as text: HTML Living Standard, 9.2 "Server-sent events". Pure.

use bytes::Bytes;
use serde::Serialize;

use super::EventView;
use crate::model::Notice;

/// What a stream could not give.
#[derive(Debug, Serialize)]
pub(super) struct Gap {
    /// The last id that was given (or that the client named).
    pub(super) after: i64,
    /// The stream goes on after this id; what was between may be lost.
    pub(super) resume: i64,
    /// Why.
    pub(super) why: &'static str,
}

/// An event. JSON has no raw line ends, so the data is one line.
pub(super) fn event(notice: &Notice) -> Bytes {
    let data = serde_json::to_string(&EventView::from(notice)).unwrap_or_default();
    format!("id: {}\nevent: {}\ndata: {data}\n\n", notice.id, notice.kind.as_str()).into()
}

/// Tells that events were lost.
pub(super) fn gap(gap: &Gap) -> Bytes {
    let data = serde_json::to_string(gap).unwrap_or_default();
    format!("id: {}\nevent: gap\ndata: {data}\n\n", gap.resume).into()
}

/// Keeps the connection and moves the client's place on past events that it did not want: an id without
/// data is remembered but is no event.
pub(super) fn keep_alive(last: i64) -> Bytes {
    format!(": still here\nid: {last}\n\n").into()
}

/// How long a client waits before it connects again.
pub(super) fn hello() -> Bytes {
    Bytes::from_static(b"retry: 2000\n\n")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::model::NoticeKind;

    #[test]
    fn an_event_is_four_lines_whatever_is_in_it() {
        let data = json!({"text": "a\n\ndata: forged\r\nid: 9"});
        let notice =
            Notice { id: 7, at: Timestamp::UNIX_EPOCH, kind: NoticeKind::CallSaid, call: None, data };
        let text = String::from_utf8(event(&notice).to_vec()).unwrap();
        let lines: Vec<&str> = text.split(['\n', '\r']).collect();
        assert_eq!(lines.len(), 5, "{text}");
        assert_eq!(&lines[..2], ["id: 7", "event: call.said"]);
        assert!(lines[2].starts_with("data: {\"id\":7,"), "{text}");
    }
}

//! The problems' codes: names, HTTP statuses and titles in one table.

/// What can be wrong with a request. The names are part of the API and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each one's title stands in the table below")]
pub enum Code {
    BadRequest,
    MalformedJson,
    MalformedPath,
    InvalidQuery,
    InvalidCursor,
    Unauthorized,
    Forbidden,
    NotFound,
    UnknownPath,
    MethodNotAllowed,
    BodyTimeout,
    VersionConflict,
    CallNotLive,
    CallRefused,
    CallOrderNotWaiting,
    IdempotencyConflict,
    MessageNotWaiting,
    OrderWithoutPhone,
    TimetableChanged,
    TimetableRefused,
    Taken,
    QueueRefused,
    BodyTooLarge,
    UnsupportedMediaType,
    RangeNotSatisfiable,
    InvalidField,
    TooManyRequests,
    Internal,
    Failed,
    Unavailable,
    TooManyStreams,
    Timeout,
    StorageFull,
}

impl Code {
    /// All codes, for the page that explains them.
    pub const ALL: [Self; 33] = [
        Self::BadRequest,
        Self::MalformedJson,
        Self::MalformedPath,
        Self::InvalidQuery,
        Self::InvalidCursor,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::UnknownPath,
        Self::MethodNotAllowed,
        Self::BodyTimeout,
        Self::VersionConflict,
        Self::CallNotLive,
        Self::CallRefused,
        Self::CallOrderNotWaiting,
        Self::IdempotencyConflict,
        Self::MessageNotWaiting,
        Self::OrderWithoutPhone,
        Self::TimetableChanged,
        Self::TimetableRefused,
        Self::Taken,
        Self::QueueRefused,
        Self::BodyTooLarge,
        Self::UnsupportedMediaType,
        Self::RangeNotSatisfiable,
        Self::InvalidField,
        Self::TooManyRequests,
        Self::Internal,
        Self::Failed,
        Self::Unavailable,
        Self::TooManyStreams,
        Self::Timeout,
        Self::StorageFull,
    ];

    /// The code for an answer of which only the status is known.
    #[must_use]
    pub fn of_status(status: u16) -> Self {
        let fits = Self::ALL.into_iter().find(|code| code.facts().0 == status);
        fits.unwrap_or(if status < 500 { Self::BadRequest } else { Self::Internal })
    }

    /// HTTP status, name, title.
    #[must_use]
    pub fn facts(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::BadRequest => (400, "bad_request", "The request cannot be read"),
            Self::MalformedJson => (400, "malformed_json", "The body is not JSON"),
            Self::MalformedPath => (400, "malformed_path", "The path cannot be read"),
            Self::InvalidQuery => (400, "invalid_query", "A query parameter is unknown or cannot be read"),
            Self::InvalidCursor => (400, "invalid_cursor", "The page cursor is not one of ours"),
            Self::Unauthorized => (401, "unauthorized", "A valid token is needed"),
            Self::Forbidden => (403, "forbidden", "The token does not have the scope for this"),
            Self::NotFound => (404, "not_found", "There is no such thing"),
            Self::UnknownPath => (404, "unknown_path", "There is no such path"),
            Self::MethodNotAllowed => (405, "method_not_allowed", "The path does not have this method"),
            Self::BodyTimeout => (408, "body_timeout", "The body did not arrive in time"),
            Self::VersionConflict => {
                (409, "version_conflict", "The same version is stored with another content")
            }
            Self::CallNotLive => (409, "call_not_live", "The call is over"),
            Self::CallRefused => (409, "call_refused", "The call cannot do this now"),
            Self::CallOrderNotWaiting => {
                (409, "call_order_not_waiting", "The call order is being called, or is over")
            }
            Self::IdempotencyConflict => {
                (409, "idempotency_conflict", "The idempotency key was used for another request")
            }
            Self::MessageNotWaiting => (409, "message_not_waiting", "The message is being sent, or is over"),
            Self::OrderWithoutPhone => (409, "order_without_phone", "The order has no number to call"),
            Self::TimetableChanged => (409, "timetable_changed", "The timetable was changed meanwhile"),
            Self::TimetableRefused => (409, "timetable_refused", "The timetable does not take this"),
            Self::Taken => (409, "taken", "It is somebody else's"),
            Self::QueueRefused => (409, "queue_refused", "The queue cannot do this"),
            Self::BodyTooLarge => (413, "body_too_large", "The body is too large"),
            Self::UnsupportedMediaType => (415, "unsupported_media_type", "The body must be JSON"),
            Self::RangeNotSatisfiable => (416, "range_not_satisfiable", "The file does not have this range"),
            Self::InvalidField => (422, "invalid_field", "A field's value cannot be taken"),
            Self::TooManyRequests => (429, "too_many_requests", "Too many requests"),
            Self::Internal => (500, "internal", "An error in this program"),
            Self::Failed => (502, "failed", "Asterisk refused or failed"),
            Self::Unavailable => (503, "unavailable", "Not possible at the moment"),
            Self::TooManyStreams => (503, "too_many_streams", "Too many open event streams"),
            Self::Timeout => (504, "timeout", "It took too long"),
            Self::StorageFull => (507, "storage_full", "There is no space to store it"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_single() {
        let mut names: Vec<_> = Code::ALL.iter().map(|c| c.facts().1).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }
}

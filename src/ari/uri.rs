//! Paths and queries of ARI requests: everything that is put into them is percent-encoded.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::AriError;

/// All but RFC 3986's unreserved characters. Asterisk reads `+` as a space, also in paths.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A resource below `/ari/`, with its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resource {
    text: String,
    queried: bool,
    broken: bool,
}

impl Resource {
    /// Begins at a collection, such as `channels`.
    pub(super) fn new(collection: &'static str) -> Self {
        Self { text: collection.to_owned(), queried: false, broken: false }
    }

    /// One further segment from outside: an id, a name.
    ///
    /// An empty one, `.` or `..` would name another resource (`DELETE channels//ring` and the like), so it is
    /// remembered and refused by [`Resource::finish`].
    pub(super) fn id(mut self, segment: &str) -> Self {
        self.broken |= matches!(segment, "" | "." | "..") || segment.contains('\0');
        self.text.push('/');
        self.text.extend(utf8_percent_encode(segment, KEPT));
        self
    }

    /// One further segment of ours, such as `answer`.
    pub(super) fn then(mut self, segment: &'static str) -> Self {
        self.text.push('/');
        self.text.push_str(segment);
        self
    }

    /// One parameter of the query.
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.text.push(if self.queried { '&' } else { '?' });
        self.queried = true;
        self.text.push_str(name);
        self.text.push('=');
        self.text.extend(utf8_percent_encode(value, KEPT));
        self
    }

    /// One parameter, if there is a value for it.
    pub(super) fn with_some(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The text.
    pub(super) fn finish(self) -> Result<String, AriError> {
        if self.broken {
            return Err(AriError::Malformed(format!("an empty or impossible id in {:?}", self.text)));
        }
        Ok(self.text)
    }
}

/// Percent-encodes one value.
pub(super) fn encoded(value: &str) -> String {
    utf8_percent_encode(value, KEPT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_characters_stay_where_they_belong() {
        let text = Resource::new("channels")
            .id("a b/c?d;2")
            .then("variable")
            .with("variable", "CALLERID(num)")
            .with("value", "é&x=1+1%");
        assert_eq!(
            text.finish().expect("well formed"),
            "channels/a%20b%2Fc%3Fd%3B2/variable?variable=CALLERID%28num%29&value=%C3%A9%26x%3D1%2B1%25"
        );
        assert_eq!(
            Resource::new("channels").id("1732158000.12").finish().as_deref(),
            Ok("channels/1732158000.12")
        );
    }

    #[test]
    fn an_id_cannot_name_another_resource() {
        for bad in ["", ".", "..", "a\0b"] {
            assert!(Resource::new("channels").id(bad).then("answer").finish().is_err(), "{bad:?}");
        }
    }
}

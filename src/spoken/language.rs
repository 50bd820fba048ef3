//! Which language a tag means.

/// The languages whose rules are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    English,
    /// Spanish.
    Spanish,
    /// Catalan.
    Catalan,
    /// Russian.
    Russian,
    /// Any other one: digits are left to its voice.
    Other,
}

impl Language {
    /// Reads a tag by its first part: `en`, `en-GB`, `en_US` are all English.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "en" => Self::English,
            "es" => Self::Spanish,
            "ca" => Self::Catalan,
            "ru" => Self::Russian,
            _ => Self::Other,
        }
    }

    /// The word said before a negative number.
    pub(super) fn minus(self) -> &'static str {
        match self {
            Self::English => "minus ",
            Self::Spanish => "menos ",
            Self::Catalan => "menys ",
            Self::Russian => "минус ",
            Self::Other => "-",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags() {
        for (tag, language) in [
            ("en", Language::English),
            ("en-GB", Language::English),
            ("ES_mx", Language::Spanish),
            ("ca", Language::Catalan),
            ("ru-RU", Language::Russian),
            ("fr", Language::Other),
            ("english", Language::Other),
            ("", Language::Other),
        ] {
            assert_eq!(Language::of(tag), language, "{tag}");
        }
    }
}

//! The entries by their names.

use super::{asked::Asked, lookup, note, ringring, route, screen, sheet::Sheet, status, trouble::Trouble};

/// What may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Who calls.
    Lookup,
    /// A note on the call.
    Note,
    /// A desk's phone rings.
    Ringring,
    /// Which way the call goes.
    Route,
    /// Block and VIP lists.
    Screen,
    /// How the caller's newest order stands.
    Status,
}

impl Entry {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Lookup, Self::Note, Self::Ringring, Self::Route, Self::Screen, Self::Status];

    /// As it stands in `agi://host/<name>`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lookup => "lookup",
            Self::Note => "note",
            Self::Ringring => "ringring",
            Self::Route => "route",
            Self::Screen => "screen",
            Self::Status => "status",
        }
    }

    /// The entry of this name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entry| entry.name() == name)
    }

    /// Asks, and gives what is to be set.
    pub(super) async fn answer(self, asked: &Asked<'_>) -> Result<Sheet, Trouble> {
        match self {
            Self::Lookup => lookup::answer(asked).await,
            Self::Note => note::answer(asked).await,
            Self::Ringring => ringring::answer(asked).await,
            Self::Route => route::answer(asked).await,
            Self::Screen => screen::answer(asked).await,
            Self::Status => status::answer(asked).await,
        }
    }

    /// What is set when there is no answer, so that an earlier one does not pass for it.
    pub(super) fn blank(self) -> Sheet {
        match self {
            Self::Lookup => lookup::blank(),
            Self::Note => note::blank(),
            Self::Ringring => Sheet::default(),
            Self::Route => route::blank(),
            Self::Screen => screen::blank(),
            Self::Status => status::blank(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for entry in Entry::ALL {
            assert_eq!(Entry::of(entry.name()), Some(entry));
        }
        assert_eq!((Entry::of(""), Entry::of("Lookup")), (None, None));
    }
}

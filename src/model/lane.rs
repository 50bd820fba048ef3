//! Whose call goes first when a gateway has room for one only.

use serde::{Deserialize, Serialize};

/// A priority lane of outbound calls, the most urgent first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Somebody must know at once; a share of every gateway is kept for these.
    Alert,
    /// Somebody waits for the call: a status call, a call back.
    #[default]
    Callback,
    /// Everything that has time.
    Campaign,
}

impl Lane {
    /// All lanes, the most urgent first.
    pub const ALL: [Self; 3] = [Self::Alert, Self::Callback, Self::Campaign];
}

//! Parameters of the requests that take many.

use std::collections::BTreeMap;

use crate::model::ChannelId;

/// A call to place (ARI `POST /channels/{channelId}` and `POST /channels/create`).
#[derive(Clone, Debug)]
pub struct Originate<'a> {
    /// Our id of the new channel. A live duplicate is refused with 409, so the same id never dials twice at once.
    pub channel_id: &'a ChannelId,
    /// Dial string such as `PJSIP/101`; from configuration, never from a caller's text.
    pub endpoint: &'a str,
    /// Stasis application it enters when it is answered (`create`: at once).
    pub app: &'a str,
    /// Arguments of `StasisStart`, separated by commas.
    pub app_args: Option<&'a str>,
    /// `"Name" <number>` shown to the dialled party.
    pub caller_id: Option<&'a str>,
    /// How long it may ring, seconds.
    pub timeout_secs: u32,
    /// Channel variables.
    pub variables: BTreeMap<String, String>,
}

/// A recording to make (ARI `POST /channels/{channelId}/record`).
#[derive(Clone, Debug)]
pub struct RecordTo<'a> {
    /// Its name, below Asterisk's recording directory (which must exist: Asterisk answers 500 otherwise).
    pub name: &'a str,
    /// File format, `wav`.
    pub format: &'a str,
    /// Longest recording, seconds; 0 for no limit.
    pub max_duration_secs: u32,
    /// Silence that ends it, seconds; 0 for none.
    pub max_silence_secs: u32,
    /// Play a beep first.
    pub beep: bool,
    /// Key that ends it: `none`, `any`, `*` or `#`.
    pub terminate_on: &'a str,
}

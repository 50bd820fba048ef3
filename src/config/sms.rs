//! `[sms]`: the carriers of short messages.

use std::{collections::BTreeMap, path::PathBuf};

use indexmap::IndexMap;
use serde::Deserialize;

use super::Secret;

/// `[sms]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct SmsConfig {
    /// The carrier where none is named; empty: the only one.
    pub carrier: String,
    /// What would take more parts is cut.
    pub max_parts: u32,
    pub timeout_ms: u64,
    /// Messages that each carrier is given in a second.
    pub per_second: u32,
    /// By name.
    #[serde(default)]
    pub carriers: BTreeMap<String, CarrierConfig>,
}

/// How a carrier is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CarrierKind {
    /// Twilio's REST interface, or one that is compatible with it.
    Twilio,
    /// Any HTTP interface, by templates.
    Http,
}

/// What becomes of a message of which nobody knows whether the carrier took it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnUnknown {
    /// It is sent again, and may come twice.
    #[default]
    Retry,
    /// It is not sent again, and may not come at all.
    GiveUp,
}

/// How a gateway is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "methods of HTTP")]
pub enum CarrierMethod {
    Get,
    #[default]
    Post,
    Put,
}

/// `[sms.carriers.NAME]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct CarrierConfig {
    pub kind: CarrierKind,
    /// None: as `sms.per_second` says.
    #[serde(default)]
    pub per_second: Option<u32>,
    #[serde(default)]
    pub on_unknown: OnUnknown,
    /// Its address may be a private one; none: as `webhooks.allow_private` says.
    #[serde(default)]
    pub allow_private: Option<bool>,
    /// Of `twilio`: where the interface begins; of `http`: a template.
    #[serde(default)]
    pub url: Option<Secret>,
    #[serde(default)]
    pub url_file: Option<PathBuf>,
    #[serde(default)]
    pub token: Option<Secret>,
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// Whom messages come from: a number, or a name where the carrier allows one.
    #[serde(default)]
    pub from: Option<String>,
    /// `twilio`: the account's SID.
    #[serde(default)]
    pub account: Option<String>,
    /// `twilio`: the SID of a messaging service, in place of `from`.
    #[serde(default)]
    pub service: Option<String>,
    #[serde(default)]
    pub method: Option<CarrierMethod>,
    #[serde(default)]
    pub user: Option<String>,
    #[serde(default)]
    pub password: Option<Secret>,
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    #[serde(default)]
    pub headers: IndexMap<String, Secret>,
    /// Field → template.
    #[serde(default)]
    pub form: IndexMap<String, Secret>,
    /// Template of a JSON body.
    #[serde(default)]
    pub json: Option<String>,
    /// Template of a plain body.
    #[serde(default)]
    pub text: Option<String>,
    /// What an answer must contain.
    #[serde(default)]
    pub expect: Option<String>,
    /// Where in the JSON of the answer the message's id is: a JSON pointer (RFC 6901).
    #[serde(default)]
    pub id: Option<String>,
}

impl CarrierConfig {
    /// A carrier of that kind in which nothing else is set.
    #[must_use]
    pub fn new(kind: CarrierKind) -> Self {
        Self {
            kind,
            per_second: None,
            on_unknown: OnUnknown::default(),
            allow_private: None,
            url: None,
            url_file: None,
            token: None,
            token_file: None,
            from: None,
            account: None,
            service: None,
            method: None,
            user: None,
            password: None,
            password_file: None,
            headers: IndexMap::new(),
            form: IndexMap::new(),
            json: None,
            text: None,
            expect: None,
            id: None,
        }
    }
}

impl CarrierKind {
    /// The text form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Twilio => "twilio",
            Self::Http => "http",
        }
    }
}

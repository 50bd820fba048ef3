//! Where a call goes: what a routing rule says, and what a call's record keeps of it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{PhoneNumber, RuleId};

/// Longest name in the dialplan.
const LONGEST_NAME: usize = 79;

/// Where a call goes. Its text form is `flow:NAME`, `queue:NAME`, `extension:CONTEXT,EXTENSION`,
/// `gateway:NAME` or `gateway:NAME,NUMBER`, `reject:HOW`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Target {
    /// A flow of ours.
    Flow {
        /// Its name.
        flow: String,
    },
    /// A queue of the operators.
    Queue {
        /// Its name in `queues.conf`.
        queue: String,
    },
    /// A place in the dialplan, at priority 1.
    Extension {
        /// Context.
        context: String,
        /// Extension.
        extension: String,
    },
    /// Called onward through a gateway.
    Gateway {
        /// Its name in the configuration.
        gateway: String,
        /// Whom; none: the number that was called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<PhoneNumber>,
    },
    /// Refused, unanswered.
    Reject {
        /// How.
        reason: Refuse,
    },
}

/// How a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refuse {
    /// As if the line were busy.
    Busy,
    /// The caller may not call.
    Forbidden,
    /// As if there were no such number.
    Unallocated,
}

impl Refuse {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Busy, Self::Forbidden, Self::Unallocated];

    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Forbidden => "forbidden",
            Self::Unallocated => "unallocated",
        }
    }

    /// Its hangup cause (Q.850: 17 user busy, 21 call rejected, 1 unallocated number); over SIP these are 486, 403
    /// and 404.
    #[must_use]
    pub fn cause(self) -> i32 {
        match self {
            Self::Busy => 17,
            Self::Forbidden => 21,
            Self::Unallocated => 1,
        }
    }
}

impl FromStr for Refuse {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|how| how.as_str() == text);
        known.ok_or_else(|| {
            format!("{text:?} is no way to refuse a call: write busy, forbidden or unallocated")
        })
    }
}

impl Target {
    /// What kind it is, for metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Flow { .. } => "flow",
            Self::Queue { .. } => "queue",
            Self::Extension { .. } => "extension",
            Self::Gateway { .. } => "gateway",
            Self::Reject { .. } => "reject",
        }
    }

    /// Whether its names can stand in the dialplan.
    ///
    /// # Errors
    /// The field whose value cannot, and how to write it.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let name = |field, text: &str, more: &[u8]| {
            let fits = (1..=LONGEST_NAME).contains(&text.len())
                && text
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b) || more.contains(&b));
            let what = || format!("{text:?} is no name: use 1 to {LONGEST_NAME} letters, digits, - _ .");
            fits.then_some(()).ok_or_else(|| (field, what()))
        };
        match self {
            Self::Flow { flow } => name("flow", flow, b""),
            Self::Queue { queue } => name("queue", queue, b""),
            Self::Extension { context, extension } => {
                name("context", context, b"").and_then(|()| name("extension", extension, b"+*#"))
            }
            Self::Gateway { gateway, .. } => name("gateway", gateway, b""),
            Self::Reject { .. } => Ok(()),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flow { flow } => write!(f, "flow:{flow}"),
            Self::Queue { queue } => write!(f, "queue:{queue}"),
            Self::Extension { context, extension } => write!(f, "extension:{context},{extension}"),
            Self::Gateway { gateway, number: None } => write!(f, "gateway:{gateway}"),
            Self::Gateway { gateway, number: Some(number) } => write!(f, "gateway:{gateway},{number}"),
            Self::Reject { reason } => write!(f, "reject:{}", reason.as_str()),
        }
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let how = || {
            format!(
                "{text:?} is no target: write flow:NAME, queue:NAME, extension:CONTEXT,EXTENSION, \
                 gateway:NAME[,NUMBER] or reject:busy|forbidden|unallocated"
            )
        };
        let (kind, rest) = text.split_once(':').ok_or_else(how)?;
        let name = || rest.to_owned();
        let target = match (kind, rest.split_once(',')) {
            ("flow", None) => Self::Flow { flow: name() },
            ("queue", None) => Self::Queue { queue: name() },
            ("extension", Some((context, extension))) => {
                Self::Extension { context: context.to_owned(), extension: extension.to_owned() }
            }
            ("gateway", None) => Self::Gateway { gateway: name(), number: None },
            ("gateway", Some((gateway, number))) => {
                let number = PhoneNumber::parse(number, None).map_err(|error| error.to_string())?;
                Self::Gateway { gateway: gateway.to_owned(), number: Some(number) }
            }
            ("reject", None) => Self::Reject { reason: rest.parse()? },
            _ => return Err(how()),
        };
        target.check().map_err(|(field, what)| format!("{field}: {what}"))?;
        Ok(target)
    }
}

/// Which way a call was sent, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Where to.
    pub target: Target,
    /// The rule that said so; none: the default, or the block list.
    pub rule: Option<RuleId>,
    /// One sentence.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_as_they_are_written() {
        for text in [
            "flow:order-status",
            "queue:vip",
            "extension:reception,100",
            "extension:fax,*8",
            "gateway:north",
            "gateway:north,+34900000001",
            "reject:busy",
            "reject:forbidden",
            "reject:unallocated",
        ] {
            let target: Target = text.parse().unwrap();
            assert_eq!(target.to_string(), text);
            let json = serde_json::to_value(&target).unwrap();
            assert_eq!(json["kind"], target.kind());
            assert_eq!(serde_json::from_value::<Target>(json).unwrap(), target);
        }
    }

    #[test]
    fn nothing_that_means_something_to_the_dialplan_gets_in() {
        for text in [
            "",
            "flow",
            "flow:",
            "flow:a b",
            "flow:a,b",
            "queue:${SHELL(id)}",
            "queue:a,t",
            "extension:a",
            "extension:a,500&PJSIP/x",
            "extension:a,1,1",
            "gateway:north,1&2",
            "reject:",
            "reject:rude",
            "person:bob",
        ] {
            assert!(text.parse::<Target>().is_err(), "{text:?}");
        }
        assert!(format!("queue:{}", "x".repeat(80)).parse::<Target>().is_err());
    }
}

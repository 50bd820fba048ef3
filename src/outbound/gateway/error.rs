//! Why a call cannot go out, now or ever, in words for whoever ordered it.

use std::time::Duration;

use jiff::Timestamp;

/// A call that this gateway, or any, will not make.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No gateway is configured.
    #[error("there is no gateway to call through: describe one in [gateways.NAME]")]
    NoGateway,
    /// The name is no gateway's.
    #[error("there is no gateway {name:?}: there are {known}")]
    Unknown {
        /// As it was asked for.
        name: String,
        /// Those there are, with commas.
        known: String,
    },
    /// Several gateways, and each refuses; the last one's reason.
    #[error("none of the gateways takes it; the last said: {0}")]
    Nobody(Box<Refused>),
    /// Not a number as the model writes them.
    #[error("a number is + and digits, or digits: nothing else is dialled")]
    NotANumber,
    /// 112 and the like.
    #[error(
        "{number} is an emergency number: gateway {gateway} calls it only if its numbers name it in full"
    )]
    Emergency {
        /// The number, which nobody owns and so need not be masked.
        number: String,
        /// Whose rule.
        gateway: String,
    },
    /// A number without a country code that is not named.
    #[error(
        "{number} has no country code, and is none of the short numbers of gateway {gateway}: \
         write it as +34..., or set calls.country, or name it in gateways.{gateway}.numbers"
    )]
    Short {
        /// Masked.
        number: String,
        /// Whose rule.
        gateway: String,
    },
    /// The prefix is not among those allowed.
    #[error("gateway {gateway} does not take {number}: allow its prefix in gateways.{gateway}.prefixes")]
    Prefix {
        /// Masked.
        number: String,
        /// Whose rule.
        gateway: String,
    },
    /// No numbering plan has such a number.
    #[error(
        "{number} does not exist in its country's numbering plan: check its digits, or name its range in \
         gateways.{gateway}.numbers"
    )]
    Invalid {
        /// Masked.
        number: String,
        /// Whose rule.
        gateway: String,
    },
    /// A premium-rate number.
    #[error("{number} is a premium-rate number: name it in gateways.{gateway}.numbers if it is to be called")]
    Premium {
        /// Masked.
        number: String,
        /// Whose rule.
        gateway: String,
    },
    /// A number to show that the gateway may not show.
    #[error("gateway {gateway} may not show {number}: allow it in gateways.{gateway}.caller_ids")]
    CallerId {
        /// Masked.
        number: String,
        /// Whose rule.
        gateway: String,
    },
}

/// Why there is no room for a call at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotNow {
    /// Calls in a second: try again after this.
    After(Duration),
    /// All lines of this lane are busy, or the one call is out that tries an endpoint: wait for
    /// [`super::Gateway::freed`].
    Full,
    /// The limit of the day, or of this number in a day: not before this.
    Until(Timestamp),
    /// No endpoint can be used before this.
    SetAside(Timestamp),
    /// Never: the number is not one for this gateway.
    Refused(Refused),
}

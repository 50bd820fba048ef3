//! Two people who may call each other, neither seeing the other's number.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{OrderId, PhoneNumber};

/// One of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The number that is dialled, and from which a call is known.
    pub number: PhoneNumber,
    /// The gateway to dial through; `None`: the first that takes the number.
    pub gateway: Option<String>,
}

/// A pair, such as a passenger and a driver, for as long as its order is current.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pairing {
    /// The customer's id of it.
    pub id: OrderId,
    /// The order that it goes with; none: only its own time ends it.
    pub order: Option<OrderId>,
    /// One.
    pub a: Party,
    /// The other.
    pub b: Party,
    /// The number that both see, and may call; `None`: the gateway's own.
    pub shown: Option<PhoneNumber>,
    /// From when on they are no pair any more.
    pub expires_at: Timestamp,
    /// When it was stored.
    pub updated_at: Timestamp,
}

impl Pairing {
    /// Whom a call from this number is for; `None`: it is neither of the two.
    #[must_use]
    pub fn other(&self, caller: &PhoneNumber) -> Option<&Party> {
        if self.a.number == *caller {
            Some(&self.b)
        } else if self.b.number == *caller {
            Some(&self.a)
        } else {
            None
        }
    }
}

/// Which of a caller's pairs is meant, newest first: one whose shown number was called, else the newest.
#[must_use]
pub fn meant(pairings: &[Pairing], called: Option<&PhoneNumber>) -> Option<Pairing> {
    let digits = |number: &PhoneNumber| number.as_str().trim_start_matches('+').to_owned();
    let called = called.map(digits);
    let is_shown = |pairing: &&Pairing| pairing.shown.as_ref().map(digits) == called && called.is_some();
    pairings.iter().find(is_shown).or(pairings.first()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> PhoneNumber {
        PhoneNumber::parse(text, None).unwrap()
    }

    fn pairing(id: &str, shown: Option<&str>) -> Pairing {
        let party = |text: &str| Party { number: number(text), gateway: None };
        Pairing {
            id: OrderId::from(id),
            order: None,
            a: party("+34600000001"),
            b: party("+34600000002"),
            shown: shown.map(number),
            expires_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn who_calls_decides_who_is_dialled() {
        let pairing = pairing("x", None);
        assert_eq!(pairing.other(&number("+34600000001")), Some(&pairing.b));
        assert_eq!(pairing.other(&number("+34600000002")), Some(&pairing.a));
        assert_eq!(pairing.other(&number("+34600000003")), None);
    }

    #[test]
    fn the_number_called_tells_which_pair_is_meant() {
        let all = || vec![pairing("new", Some("+34900000001")), pairing("old", Some("+34900000002"))];
        let meant = |called: Option<&str>| {
            let called = called.map(number);
            meant(&all(), called.as_ref()).unwrap().id
        };
        assert_eq!(meant(None).as_str(), "new");
        assert_eq!(meant(Some("+34900000002")).as_str(), "old");
        assert_eq!(meant(Some("34900000002")).as_str(), "old", "a dialplan may leave the plus away");
        assert_eq!(meant(Some("1000")).as_str(), "new");
    }
}

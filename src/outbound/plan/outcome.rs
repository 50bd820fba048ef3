//! What came of an attempt: a function of what was seen, with the table `outcomes.toml`.

use std::{collections::HashMap, sync::LazyLock};

use serde::Deserialize;

use crate::model::{Amd, Reach};

/// What is known of an attempt that is over.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each was seen or was not, and they go together freely")]
pub struct AttemptFacts<'a> {
    /// A key acknowledged it.
    pub acknowledged: bool,
    /// The flow is content: heard to its end.
    pub heard: bool,
    /// Somebody or something answered.
    pub answered: bool,
    /// It rang.
    pub rang: bool,
    /// Our ring timeout ended it.
    pub rang_out: bool,
    /// We ended it, because the order was cancelled or replaced.
    pub cancelled: bool,
    /// A crash hides what became of it.
    pub hidden: bool,
    /// Asterisk was stopping: it ended the call itself, and what it says of the end is its own word.
    pub cut_off: bool,
    /// Asterisk refused to make a channel to the endpoint.
    pub refused: bool,
    /// Whether anything went out, as far as it is known.
    pub sent: Option<bool>,
    /// What the order wants of machines.
    pub wants: Amd,
    /// What `AMD()` said: `HUMAN`, `MACHINE`, `NOTSURE`, `HANGUP`.
    pub amd: Option<&'a str>,
    /// SIP code.
    pub tech_cause: Option<i32>,
    /// Q.850 cause.
    pub cause: Option<i32>,
    /// Last status of a Dial event.
    pub dial_status: Option<&'a str>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    sip: HashMap<String, Row>,
    cause: HashMap<String, Row>,
    dial: HashMap<String, Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    reach: Reach,
    rang: Option<Reach>,
}

static TABLE: LazyLock<Table> =
    LazyLock::new(|| toml::from_str(include_str!("outcomes.toml")).unwrap_or_default());

/// What came of an attempt.
///
/// A key proves a person, whatever `AMD()` said. A call that was answered came out as the callee did; of one that
/// was not, the network tells, by `outcomes.toml`. Of one that never went out, and of one that a stopping Asterisk
/// ended, nobody else has anything to tell.
#[must_use]
pub fn reach(facts: &AttemptFacts) -> Reach {
    if facts.acknowledged {
        return Reach::Heard;
    }
    if facts.answered {
        return answered(facts);
    }
    if facts.cancelled {
        return Reach::Cancelled;
    }
    if facts.sent == Some(false) {
        return if facts.refused { Reach::Unreachable } else { Reach::Failed };
    }
    if facts.cut_off {
        return Reach::Failed;
    }
    if let Some(reach) = facts.tech_cause.and_then(|code| TABLE.sip.get(&code.to_string())) {
        return reach.of(facts.rang);
    }
    // Asterisk 22.4 gives cause 19 for its own timeout, earlier ones 16 or 0: our own clock knows better.
    if facts.rang_out {
        return Reach::NoAnswer;
    }
    let cause = facts.cause.and_then(|cause| TABLE.cause.get(&cause.to_string()));
    if let Some(row) = cause.or_else(|| facts.dial_status.and_then(|status| TABLE.dial.get(status))) {
        return row.of(facts.rang);
    }
    if facts.hidden { Reach::Unknown } else { Reach::Failed }
}

fn answered(facts: &AttemptFacts) -> Reach {
    let is_machine = facts.amd == Some("MACHINE");
    let is_wrong = match facts.wants {
        Amd::HumanOnly => is_machine,
        // Who wants a machine wants to be sure of it.
        Amd::MachineOnly => !is_machine && facts.amd.is_some(),
        Amd::Off | Amd::AfterBeep => false,
    };
    match facts {
        _ if is_wrong => Reach::Machine,
        AttemptFacts { heard: true, .. } => Reach::Heard,
        AttemptFacts { cancelled: true, .. } => Reach::Cancelled,
        AttemptFacts { cut_off: true, .. } => Reach::Failed,
        AttemptFacts { hidden: true, .. } => Reach::Unknown,
        _ => Reach::HungUp,
    }
}

impl Row {
    fn of(&self, rang: bool) -> Reach {
        self.rang.filter(|_| rang).unwrap_or(self.reach)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: AttemptFacts = AttemptFacts {
        acknowledged: false,
        heard: false,
        answered: false,
        rang: false,
        rang_out: false,
        cancelled: false,
        hidden: false,
        cut_off: false,
        refused: false,
        sent: None,
        wants: Amd::Off,
        amd: None,
        tech_cause: None,
        cause: None,
        dial_status: None,
    };

    #[test]
    fn the_table_is_read_and_its_keys_are_codes() {
        let table: Table = toml::from_str(include_str!("outcomes.toml")).unwrap();
        let within = |rows: &HashMap<String, Row>, low: i32, high: i32| {
            !rows.is_empty()
                && rows.keys().all(|key| key.parse().is_ok_and(|code| (low..=high).contains(&code)))
        };
        assert!(within(&table.sip, 400, 699) && within(&table.cause, 1, 127) && table.dial.len() > 5);
        // What is answered or ended by us is not for the network to say.
        let ours = [Reach::Heard, Reach::HungUp, Reach::Machine, Reach::Cancelled, Reach::Unknown];
        for row in table.sip.values().chain(table.cause.values()).chain(table.dial.values()) {
            assert!(!ours.contains(&row.reach) && row.rang.is_none_or(|reach| !ours.contains(&reach)));
        }
    }

    #[test]
    fn the_sip_code_goes_before_the_cause_and_that_before_the_status() {
        let said = |tech_cause, cause, dial_status| {
            reach(&AttemptFacts { tech_cause, cause, dial_status, ..NOTHING })
        };
        assert_eq!(said(Some(486), Some(21), Some("NOANSWER")), Reach::Busy);
        assert_eq!(said(Some(403), Some(21), None), Reach::Unreachable);
        assert_eq!(said(None, Some(21), Some("BUSY")), Reach::Rejected);
        assert_eq!(said(Some(183), Some(17), None), Reach::Busy, "a provisional answer is none");
        assert_eq!(said(Some(0), Some(0), Some("CONGESTION")), Reach::Congestion);
        assert_eq!(said(None, None, Some("")), Reach::Failed);
        for (code, wanted) in [
            (404, Reach::BadNumber),
            (480, Reach::NoAnswer),
            (487, Reach::NoAnswer),
            (503, Reach::Congestion),
            (603, Reach::Rejected),
        ] {
            assert_eq!(said(Some(code), Some(127), None), wanted, "{code}");
        }
    }

    #[test]
    fn silence_of_a_gateway_is_not_silence_of_a_callee() {
        let silent = AttemptFacts { tech_cause: Some(408), cause: Some(18), ..NOTHING };
        assert_eq!(reach(&silent), Reach::Unreachable);
        assert_eq!(reach(&AttemptFacts { rang: true, ..silent }), Reach::NoAnswer);
    }

    #[test]
    fn what_never_went_out_is_the_gateways_fault_only_if_its_endpoint_was_refused() {
        let unsent = AttemptFacts { sent: Some(false), hidden: true, cause: Some(16), ..NOTHING };
        assert_eq!(reach(&unsent), Reach::Failed);
        assert_eq!(reach(&AttemptFacts { refused: true, ..unsent }), Reach::Unreachable);
        assert_eq!(reach(&AttemptFacts { cancelled: true, ..unsent }), Reach::Cancelled);
    }

    #[test]
    fn an_asterisk_that_stops_does_not_speak_for_the_callee() {
        for (tech_cause, cause) in [(Some(603), Some(21)), (None, Some(16)), (Some(487), Some(0))] {
            let cut = AttemptFacts { rang: true, cut_off: true, tech_cause, cause, ..NOTHING };
            assert_eq!(reach(&cut), Reach::Failed, "{cause:?}");
            assert_eq!(reach(&AttemptFacts { answered: true, ..cut }), Reach::Failed, "not hung up by them");
            assert_eq!(reach(&AttemptFacts { answered: true, heard: true, ..cut }), Reach::Heard);
        }
    }

    #[test]
    fn our_timeout_is_no_answer_unless_the_callee_said_something() {
        for cause in [0, 16, 19, 127] {
            let facts = AttemptFacts { rang_out: true, rang: true, cause: Some(cause), ..NOTHING };
            assert_eq!(reach(&facts), Reach::NoAnswer, "{cause}");
            assert_eq!(reach(&AttemptFacts { tech_cause: Some(486), ..facts }), Reach::Busy, "it crossed");
        }
    }

    #[test]
    fn who_answered_decides() {
        let call = AttemptFacts { answered: true, cause: Some(16), tech_cause: Some(200), ..NOTHING };
        assert_eq!(reach(&call), Reach::HungUp);
        assert_eq!(reach(&AttemptFacts { heard: true, ..call }), Reach::Heard);
        assert_eq!(reach(&AttemptFacts { cancelled: true, ..call }), Reach::Cancelled);
        assert_eq!(reach(&AttemptFacts { hidden: true, ..call }), Reach::Unknown);
        let machine = AttemptFacts { wants: Amd::HumanOnly, amd: Some("MACHINE"), ..call };
        assert_eq!(reach(&machine), Reach::Machine);
        assert_eq!(
            reach(&AttemptFacts { acknowledged: true, ..machine }),
            Reach::Heard,
            "machines press no keys"
        );
        assert_eq!(reach(&AttemptFacts { amd: Some("NOTSURE"), heard: true, ..machine }), Reach::Heard);
        let person = AttemptFacts { wants: Amd::MachineOnly, amd: Some("HUMAN"), ..call };
        assert_eq!(reach(&person), Reach::Machine);
        assert_eq!(reach(&AttemptFacts { wants: Amd::AfterBeep, heard: true, ..machine }), Reach::Heard);
    }

    #[test]
    fn what_a_crash_hides_is_unknown_and_what_is_cancelled_is_cancelled() {
        assert_eq!(reach(&AttemptFacts { hidden: true, ..NOTHING }), Reach::Unknown);
        assert_eq!(reach(&AttemptFacts { hidden: true, cause: Some(17), ..NOTHING }), Reach::Busy);
        assert_eq!(
            reach(&AttemptFacts { cancelled: true, tech_cause: Some(487), ..NOTHING }),
            Reach::Cancelled
        );
    }
}

//! The farm's count against the ledger's: who was called more than the ledger knows or a rule allows, who was
//! forgotten. Pure.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::support::ledger::{AttemptRow, OrderRow};

/// What a storm came to. Lists hold one sentence for each order at fault.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    pub orders: usize,
    pub invites: usize,
    /// Attempts in the ledger that reached the wire, may have reached it, did not reach it.
    pub sent: usize,
    pub unsure: usize,
    pub unsent: usize,
    /// The farm's count is not the ledger's.
    pub differs: Vec<String>,
    /// Dialled again although the retry rule did not allow it.
    pub above_rule: Vec<String>,
    /// Accepted, and not in the ledger or not ended.
    pub forgotten: Vec<String>,
    /// Over, and nobody says how.
    pub no_disposition: Vec<String>,
    /// Called without an order, or ordered twice.
    pub strangers: Vec<String>,
    /// Orders by their end, attempts by what came of them.
    pub ends: BTreeMap<String, usize>,
    pub reaches: BTreeMap<String, usize>,
}

/// Judges: `accepted` are the keys of the call orders that the daemon took, `invites` the farm's count by number.
pub fn judge(
    accepted: &BTreeSet<String>,
    invites: &BTreeMap<String, usize>,
    orders: &[OrderRow],
    attempts: &[AttemptRow],
) -> Verdict {
    let mut verdict = Verdict { orders: orders.len(), invites: invites.values().sum(), ..Verdict::default() };
    let mut numbers = BTreeSet::new();
    for order in orders {
        let digits = order.number.trim_start_matches('+').to_owned();
        let rung = invites.get(&digits).copied().unwrap_or(0);
        if !numbers.insert(digits) {
            verdict.strangers.push(format!("{} has two call orders", order.number));
        }
        let own: Vec<&AttemptRow> = attempts.iter().filter(|attempt| attempt.order == order.id).collect();
        verdict.order(order, &own, rung);
    }
    let kept: BTreeSet<&String> = orders.iter().filter_map(|order| order.key.as_ref()).collect();
    for key in accepted.iter().filter(|key| !kept.contains(key)) {
        verdict.forgotten.push(format!("{key} was accepted and is in no ledger"));
    }
    for (number, count) in invites.iter().filter(|(number, _)| !numbers.contains(*number)) {
        verdict.strangers.push(format!("{number} was called {count} times without a call order"));
    }
    verdict
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        let faults =
            [&self.differs, &self.above_rule, &self.forgotten, &self.no_disposition, &self.strangers];
        self.orders > 0 && faults.iter().all(|fault| fault.is_empty())
    }

    fn order(&mut self, order: &OrderRow, attempts: &[&AttemptRow], rung: usize) {
        let with = |sent| attempts.iter().filter(|attempt| attempt.sent == sent).count();
        let (sent, unsure, unsent) = (with(Some(true)), with(None), with(Some(false)));
        self.sent += sent;
        self.unsure += unsure;
        self.unsent += unsent;
        let name = format!("{} ({})", order.number, order.id);
        if !(sent..=sent + unsure).contains(&rung) {
            self.differs.push(format!(
                "{name}: {rung} INVITEs, the ledger has {sent} sent and {unsure} unknown: {}",
                course(attempts)
            ));
        }
        if let Some(why) = above_rule(order, attempts) {
            self.above_rule.push(format!("{name}: {why}: {}", course(attempts)));
        }
        if order.state != "ended" {
            self.forgotten.push(format!("{name} is {}: {}", order.state, course(attempts)));
        }
        let is_open = |attempt: &&&AttemptRow| attempt.state != "ended" || attempt.reach.is_none();
        if order.state == "ended" && order.end.is_none() || attempts.iter().any(|attempt| is_open(&attempt)) {
            self.no_disposition.push(format!("{name}: {}", course(attempts)));
        }
        *self.ends.entry(order.end.clone().unwrap_or_else(|| "none".to_owned())).or_default() += 1;
        for attempt in attempts {
            let reach = attempt.reach.clone().unwrap_or_else(|| "none".to_owned());
            *self.reaches.entry(reach).or_default() += 1;
        }
    }

    fn faults(&self) -> [(&'static str, &Vec<String>); 5] {
        [
            ("the farm's count differs from the ledger's", &self.differs),
            ("above its rule", &self.above_rule),
            ("forgotten", &self.forgotten),
            ("without a disposition", &self.no_disposition),
            ("without an order, or ordered twice", &self.strangers),
        ]
    }
}

/// Why an order was dialled more often than its rule allows.
fn above_rule(order: &OrderRow, attempts: &[&AttemptRow]) -> Option<String> {
    let ceiling = order.retry["ceiling"].as_u64().unwrap_or(0);
    // What never went out, and not for the gateway's fault, was no dialling.
    let is_void = |a: &AttemptRow| a.sent == Some(false) && a.reach.as_deref() == Some("failed");
    let attempts: Vec<&AttemptRow> = attempts.iter().copied().filter(|attempt| !is_void(attempt)).collect();
    if attempts.len() as u64 > ceiling {
        return Some(format!("{} attempts, its ceiling is {ceiling}", attempts.len()));
    }
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    for pair in attempts.windows(2) {
        let reach = pair[0].reach.as_deref().unwrap_or("none");
        let count = seen.entry(reach).or_default();
        *count += 1;
        let most = order.retry["after"][reach]["max"].as_u64().unwrap_or(0);
        if *count >= most {
            return Some(format!(
                "dialled again after {count} times {reach}, of which its rule allows {most}"
            ));
        }
    }
    None
}

fn course(attempts: &[&AttemptRow]) -> String {
    let word = |attempt: &&AttemptRow| {
        let (reach, detail) = (attempt.reach.as_deref().unwrap_or("-"), attempt.detail.as_deref());
        format!("{} {} sent {:?} {}", attempt.state, reach, attempt.sent, detail.unwrap_or_default())
    };
    let words: Vec<String> = attempts.iter().map(word).collect();
    format!("[{}]", words.join("; "))
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |what: &str, count: usize| writeln!(f, "  {what:<44} {count:>6}");
        row("call orders", self.orders)?;
        row("INVITEs counted by the farm", self.invites)?;
        row("attempts in the ledger", self.sent + self.unsure + self.unsent)?;
        row("  of these sent", self.sent)?;
        row("  of these unknown whether sent (0 or 1 INVITE)", self.unsure)?;
        row("  of these not sent", self.unsent)?;
        for (what, list) in self.faults() {
            row(what, list.len())?;
        }
        writeln!(f, "  orders ended as   {:?}", self.ends)?;
        writeln!(f, "  attempts came to  {:?}", self.reaches)?;
        for (what, list) in self.faults() {
            for line in list.iter().take(20) {
                writeln!(f, "  {what}: {line}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn order(number: &str) -> OrderRow {
        OrderRow {
            id: format!("id{number}"),
            number: number.to_owned(),
            key: Some(format!("key{number}")),
            state: "ended".to_owned(),
            end: Some("exhausted".to_owned()),
            retry: json!({ "ceiling": 3, "after": { "busy": { "delay_secs": 1, "max": 2 } } }),
            ..OrderRow::default()
        }
    }

    fn attempt(number: &str, reach: &str, sent: Option<bool>) -> AttemptRow {
        AttemptRow {
            order: format!("id{number}"),
            state: "ended".to_owned(),
            reach: Some(reach.to_owned()),
            sent,
            ..AttemptRow::default()
        }
    }

    fn verdict(invites: usize, orders: &[OrderRow], attempts: &[AttemptRow]) -> Verdict {
        let keys = BTreeSet::from(["key+1".to_owned()]);
        judge(&keys, &BTreeMap::from([("1".to_owned(), invites)]), orders, attempts)
    }

    #[test]
    fn what_is_as_it_should_be_is_good() {
        let attempts = [attempt("+1", "busy", Some(true)), attempt("+1", "heard", Some(true))];
        assert!(verdict(2, &[order("+1")], &attempts).is_good());
        let unsure = [attempt("+1", "unknown", None)];
        let mut unsent = vec![attempt("+1", "failed", Some(false)); 5];
        unsent.push(attempt("+1", "busy", Some(true)));
        assert!(verdict(1, &[order("+1")], &unsent).is_good(), "no dialling, so not above the rule");
        assert!(
            verdict(0, &[order("+1")], &unsure).is_good() && verdict(1, &[order("+1")], &unsure).is_good()
        );
    }

    #[test]
    fn each_fault_is_seen() {
        let sent = |count: usize, reach| vec![attempt("+1", reach, Some(true)); count];
        assert_eq!(verdict(3, &[order("+1")], &sent(2, "busy")).differs.len(), 1);
        assert_eq!(verdict(1, &[order("+1")], &sent(2, "busy")).differs.len(), 1);
        assert_eq!(verdict(1, &[order("+1")], &[attempt("+1", "busy", Some(false))]).differs.len(), 1);
        assert_eq!(verdict(3, &[order("+1")], &sent(3, "busy")).above_rule.len(), 1);
        assert_eq!(verdict(2, &[order("+1")], &sent(2, "heard")).above_rule.len(), 1);
        assert_eq!(verdict(0, &[], &[]).forgotten.len(), 1);
        assert_eq!(verdict(0, &[], &[]).strangers.len(), 1);
        let waits = OrderRow { state: "waiting".to_owned(), ..order("+1") };
        assert_eq!(verdict(1, &[waits], &sent(1, "busy")).forgotten.len(), 1);
        let open = AttemptRow { reach: None, ..attempt("+1", "", Some(true)) };
        assert_eq!(verdict(1, &[order("+1")], &[open]).no_disposition.len(), 1);
        assert_eq!(verdict(1, &[order("+1"), order("+1")], &sent(1, "busy")).strangers.len(), 1);
    }
}

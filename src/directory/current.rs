//! Which orders are current, and what two places together know.

use indexmap::{IndexMap, map::Entry};
use jiff::Timestamp;

use crate::model::{Order, OrderId};

/// Whether a caller still waits for this order.
pub(super) fn is_current(order: &Order, finished: &[String], now: Timestamp) -> bool {
    order.expires_at.is_none_or(|end| end > now) && !finished.contains(&order.status)
}

/// The current orders out of all answers, last changed first, each in its latest version (of equal versions
/// the later answer's). An error counts only when nothing current is known: then nobody can say that there
/// is nothing.
pub(super) fn combine<E>(
    answers: impl IntoIterator<Item = Result<Vec<Order>, E>>,
    finished: &[String],
    now: Timestamp,
) -> Result<Vec<Order>, E> {
    let mut latest: IndexMap<OrderId, Order> = IndexMap::new();
    let mut failure = None;
    for answer in answers {
        match answer {
            Ok(orders) => orders.into_iter().for_each(|order| keep_later(&mut latest, order)),
            Err(error) => failure = Some(error),
        }
    }
    let mut current: Vec<Order> =
        latest.into_values().filter(|order| is_current(order, finished, now)).collect();
    current.sort_by_key(|order| std::cmp::Reverse(order.updated_at));
    match failure {
        Some(error) if current.is_empty() => Err(error),
        _ => Ok(current),
    }
}

fn keep_later(latest: &mut IndexMap<OrderId, Order>, order: Order) {
    match latest.entry(order.id.clone()) {
        Entry::Occupied(mut known) if order.version >= known.get().version => _ = known.insert(order),
        Entry::Occupied(_) => {}
        Entry::Vacant(place) => _ = place.insert(order),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Facts;

    fn time(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn order(id: &str, version: i64, status: &str) -> Order {
        Order {
            id: id.into(),
            phones: Vec::new(),
            status: status.to_owned(),
            facts: Facts::new(),
            version,
            expires_at: None,
            updated_at: time(version),
        }
    }

    fn finished() -> Vec<String> {
        vec!["delivered".to_owned()]
    }

    fn names(found: Result<Vec<Order>, &'static str>) -> Result<Vec<String>, &'static str> {
        found.map(|orders| orders.into_iter().map(|o| format!("{} {}", o.id, o.status)).collect())
    }

    #[test]
    fn finished_and_expired_orders_are_not_current() {
        assert!(is_current(&order("a", 1, "sent"), &finished(), time(5)));
        assert!(!is_current(&order("a", 1, "delivered"), &finished(), time(5)));
        let ends = |at| Order { expires_at: Some(time(at)), ..order("a", 1, "sent") };
        assert!(is_current(&ends(6), &finished(), time(5)));
        assert!(!is_current(&ends(5), &finished(), time(5)));
    }

    #[test]
    fn the_later_version_counts() {
        let store = vec![order("a", 2, "sent"), order("b", 1, "packed"), order("c", 1, "packed")];
        let source = vec![order("a", 1, "packed"), order("b", 1, "sent"), order("c", 2, "delivered")];
        let found = names(combine([Ok(store), Ok(source)], &finished(), time(5)));
        assert_eq!(found, Ok(vec!["a sent".to_owned(), "b sent".to_owned()]));
    }

    #[test]
    fn an_error_counts_when_nothing_current_is_known() {
        let one = || Ok(vec![order("a", 1, "sent")]);
        let over = || Ok(vec![order("a", 1, "delivered")]);
        let none = || Ok(Vec::new());
        assert!(names(combine([one(), Err("away")], &finished(), time(5))).is_ok());
        assert!(names(combine([Err("away"), one()], &finished(), time(5))).is_ok());
        assert_eq!(names(combine([over(), Err("away")], &finished(), time(5))), Err("away"));
        assert_eq!(names(combine([none(), Err("away")], &finished(), time(5))), Err("away"));
        assert_eq!(names(combine([none(), over()], &finished(), time(5))), Ok(Vec::new()));
    }
}

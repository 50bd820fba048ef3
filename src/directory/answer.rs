//! What the customer's endpoint sends, read with suspicion.

use jiff::Timestamp;
use serde::Deserialize;

use crate::model::{Country, Facts, Order, OrderId, PhoneNumber};

/// Orders of one caller at most.
const MOST_ORDERS: usize = 200;
const MOST_PHONES: usize = 16;
const LONGEST_STATUS: usize = 64;

#[derive(Deserialize)]
struct Wrapped {
    orders: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    id: String,
    status: String,
    #[serde(default)]
    facts: Facts,
    #[serde(default)]
    phones: Vec<String>,
    #[serde(default)]
    expires_at: Option<Timestamp>,
    #[serde(default)]
    version: i64,
}

/// Reads `{"orders": [..]}` or the bare list. One bad order makes the whole answer bad: leaving it out would
/// tell its caller that it does not exist.
pub(super) fn read(
    body: &[u8],
    phone: &PhoneNumber,
    country: Option<Country>,
    now: Timestamp,
) -> Result<Vec<Order>, String> {
    let is_list = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let items = if is_list {
        serde_json::from_slice(body)
    } else {
        serde_json::from_slice(body).map(|wrapped: Wrapped| wrapped.orders)
    };
    let items: Vec<Item> = items.map_err(|error| error.to_string())?;
    if items.len() > MOST_ORDERS {
        return Err(format!("{} orders for one number; at most {MOST_ORDERS}", items.len()));
    }
    let order = |(number, item): (usize, Item)| {
        order(item, phone, country, now).map_err(|why| format!("order {number}: {why}"))
    };
    items.into_iter().enumerate().map(order).collect()
}

fn order(item: Item, phone: &PhoneNumber, country: Option<Country>, now: Timestamp) -> Result<Order, String> {
    let id = OrderId::parse(&item.id).ok_or("its id is not 1 to 128 of A-Z a-z 0-9 . _ : -")?;
    let status_fits = (1..=LONGEST_STATUS).contains(&item.status.chars().count())
        && !item.status.chars().any(char::is_control);
    if !status_fits {
        return Err(format!("its status is not 1 to {LONGEST_STATUS} printable characters"));
    }
    if item.phones.len() > MOST_PHONES {
        return Err(format!("it has more than {MOST_PHONES} phones"));
    }
    let parsed = item.phones.iter().map(|text| PhoneNumber::parse(text, country));
    let mut phones = parsed.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
    if phones.is_empty() {
        phones.push(phone.clone());
    }
    Ok(Order {
        id,
        phones,
        status: item.status,
        facts: item.facts,
        version: item.version,
        expires_at: item.expires_at,
        updated_at: now,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Vec<Order>, String> {
        let phone = PhoneNumber::parse("+34600000001", None).unwrap();
        read(text.as_bytes(), &phone, "ES".parse().ok(), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn both_shapes() {
        let item = r#"{"id":"A-1","status":"sent","facts":{"eta":"15:40"},"phones":["600 00 00 02"],
            "expires_at":"2026-11-21T03:00:00Z","version":7,"more":true}"#;
        let wrapped = read_text(&format!(r#" {{"orders":[{item}]}}"#)).unwrap();
        assert_eq!(wrapped, read_text(&format!("\n [{item}]")).unwrap());
        assert_eq!(wrapped[0].phones[0].as_str(), "+34600000002");
        assert_eq!((wrapped[0].version, &wrapped[0].facts["eta"]), (7, &"15:40".into()));
        assert_eq!(wrapped[0].expires_at, Some("2026-11-21T03:00:00Z".parse().unwrap()));
    }

    #[test]
    fn what_is_not_said() {
        let orders = read_text(r#"[{"id":"A-1","status":"sent"}]"#).unwrap();
        assert_eq!(orders[0].phones[0].as_str(), "+34600000001");
        assert_eq!((orders[0].version, orders[0].facts.len()), (0, 0));
        assert_eq!(read_text("[]"), Ok(Vec::new()));
    }

    #[test]
    fn nonsense_is_refused() {
        let many = vec![r#"{"id":"A","status":"s"}"#; MOST_ORDERS + 1].join(",");
        let phones = vec![r#""600000001""#; MOST_PHONES + 1].join(",");
        for bad in [
            "",
            "<html>",
            "null",
            "{}",
            r#"{"orders":null}"#,
            r#"[{"id":"a b","status":"s"}]"#,
            r#"[{"id":"A","status":""}]"#,
            r#"[{"id":"A","status":"\u0000"}]"#,
            r#"[{"id":"A"}]"#,
            r#"[{"id":"A","status":"s","facts":[]}]"#,
            r#"[{"id":"A","status":"s","phones":["500&PJSIP/x"]}]"#,
            r#"[{"id":"A","status":"s","expires_at":"tomorrow"}]"#,
            &format!("[{many}]"),
            &format!(r#"[{{"id":"A","status":"s","phones":[{phones}]}}]"#),
            &"[".repeat(100_000),
        ] {
            assert!(read_text(bad).is_err(), "{bad:.80}");
        }
    }
}

//! `lookup`: who calls. The contact of the caller's number, and its name as the caller id's.

use super::{
    answers::Known,
    asked::Asked,
    sheet::{Sheet, suffix},
    trouble::Trouble,
};

/// Facts that become variables, at most: each costs a round trip.
const MOST_FACTS: usize = 8;
/// Longest name that phones are given.
const LONGEST_NAME: usize = 80;

pub(super) async fn answer(asked: &Asked<'_>) -> Result<Sheet, Trouble> {
    let found = match asked.number() {
        Some(number) => asked.answers().contact(&number).await?,
        None => None,
    };
    let keeps_name = asked.parameter("name").is_some_and(|word| word == "keep");
    Ok(found.map_or_else(|| sheet("none", &Known::default()), |known| named(&known, keeps_name)))
}

pub(super) fn blank() -> Sheet {
    sheet("", &Known::default())
}

/// The contact, and its name for the phones that ring, unless the dialplan keeps the one that was sent.
fn named(known: &Known, keeps_name: bool) -> Sheet {
    let mut sheet = sheet("found", known);
    for (label, value) in known.facts.iter().take(MOST_FACTS) {
        let suffix = suffix(label);
        if !suffix.is_empty() {
            sheet = sheet.with(format!("STASISD_FACT_{suffix}"), value);
        }
    }
    let name: String = known.name.chars().take(LONGEST_NAME).collect();
    if keeps_name || name.trim().is_empty() { sheet } else { sheet.with("CALLERID(name)", &name) }
}

fn sheet(found: &str, known: &Known) -> Sheet {
    let items = if found == "found" { known.items.to_string() } else { String::new() };
    Sheet::default()
        .with("STASISD_CONTACT", found)
        .with("STASISD_CONTACT_ID", &known.id)
        .with("STASISD_CONTACT_NAME", &known.name)
        .with("STASISD_CONTACT_SOURCE", &known.source)
        .with("STASISD_CONTACT_ITEMS", &items)
        .with("STASISD_CONTACT_ALERT", known.alert.as_deref().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_and_its_facts() {
        let known = Known {
            id: "K-1".into(),
            name: "Eve \"the\nbold\"".into(),
            source: "own".into(),
            facts: vec![("Contract no.".into(), "7".into()), ("北".into(), "x".into())],
            items: 2,
            alert: Some("owes".into()),
        };
        let sheet = named(&known, false);
        let set: Vec<_> = sheet.iter().collect();
        assert_eq!(set[0], ("STASISD_CONTACT", "found"));
        assert_eq!(set[2], ("STASISD_CONTACT_NAME", "Eve \"the bold\""));
        assert_eq!(set[6..], [("STASISD_FACT_CONTRACT_NO", "7"), ("CALLERID(name)", "Eve \"the bold\"")]);
        assert!(named(&known, true).iter().all(|(name, _)| name != "CALLERID(name)"));
        assert!(named(&Known::default(), false).iter().all(|(name, _)| name != "CALLERID(name)"));
    }

    #[test]
    fn nothing_of_an_earlier_answer_is_left() {
        let names = |sheet: &Sheet| sheet.iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(names(&blank()), names(&sheet("none", &Known::default())));
        assert!(blank().iter().all(|(_, value)| value.is_empty()));
    }
}

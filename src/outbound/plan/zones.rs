//! The time zones that a callee may be in: what the order says, else what the number's country has.

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::tz::TimeZone;
use rlibphonenumber::PhoneNumber as Parsed;

use crate::model::PhoneNumber;

/// One time zone, or all of a country that has several: what may be done, may be done in each.
#[derive(Clone, Debug)]
pub struct Zones(Vec<TimeZone>);

impl Zones {
    /// One zone.
    #[must_use]
    pub fn one(zone: TimeZone) -> Self {
        Self(vec![zone])
    }

    #[cfg(test)]
    pub(super) fn of(zones: impl Iterator<Item = TimeZone>) -> Self {
        Self(zones.collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &TimeZone> {
        self.0.iter()
    }

    /// The zone, if it is one only.
    #[must_use]
    pub fn only(&self) -> Option<&TimeZone> {
        match self.0.as_slice() {
            [zone] => Some(zone),
            _ => None,
        }
    }

    /// Their names, for a message.
    #[must_use]
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.0.iter().map(|zone| zone.iana_name().unwrap_or("UTC")).collect();
        names.join(", ")
    }
}

/// Country to zones; read once.
static COUNTRIES: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let lines = include_str!("zones.txt").lines().filter(|line| !line.starts_with('#'));
    let rows = lines.filter_map(|line| line.split_once(' '));
    rows.map(|(country, zones)| (country, zones.split(' ').collect())).collect()
});

/// The zones of a number: what is configured for its country, else all that the country has, else `default`.
#[must_use]
pub fn zone_of(number: &PhoneNumber, configured: &BTreeMap<String, TimeZone>, default: &TimeZone) -> Zones {
    let parsed = Some(number.as_str()).filter(|text| text.starts_with('+'));
    let region = parsed.and_then(|text| Parsed::parse(text, None).ok()?.get_region_code());
    let Some(country) = region.map(|region| region.to_string()) else { return Zones::one(default.clone()) };
    if let Some(zone) = configured.get(&country) {
        return Zones::one(zone.clone());
    }
    let names = COUNTRIES.get(country.as_str()).map_or(&[][..], Vec::as_slice);
    let zones: Vec<TimeZone> = names.iter().filter_map(|name| TimeZone::get(name).ok()).collect();
    if zones.is_empty() { Zones::one(default.clone()) } else { Zones(zones) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(number: &str, configured: &[(&str, &str)]) -> String {
        let number = PhoneNumber::parse(number, None).unwrap();
        let zone = |(country, name): &(&str, &str)| ((*country).to_owned(), TimeZone::get(name).unwrap());
        let default = TimeZone::get("Europe/Berlin").unwrap();
        zone_of(&number, &configured.iter().map(zone).collect(), &default).names()
    }

    #[test]
    fn a_number_has_its_countrys_zones() {
        assert_eq!(names("+4930901820", &[]), "Europe/Berlin");
        assert_eq!(names("+919876543210", &[]), "Asia/Kolkata");
        assert_eq!(names("+34600000001", &[]), "Europe/Madrid, Atlantic/Canary");
        assert_eq!(names("+34600000001", &[("ES", "Atlantic/Canary")]), "Atlantic/Canary");
        assert!(names("+12125550123", &[]).contains("Pacific/Honolulu"));
        // Extensions, numbers of no country, numbers of none.
        for number in ["101", "+80012345678", "+999123456"] {
            assert_eq!(names(number, &[]), "Europe/Berlin", "{number}");
        }
    }

    #[test]
    fn every_zone_of_the_table_is_known_here() {
        assert!(COUNTRIES.len() > 240);
        for (country, zones) in &*COUNTRIES {
            assert!(country.len() == 2 && !zones.is_empty());
            for zone in zones {
                assert!(TimeZone::get(zone).is_ok(), "{country}: {zone}");
            }
        }
    }
}

//! `[absences]`: where leave and holidays come from.

use std::{collections::BTreeSet, path::PathBuf};

use jiff::{civil::Time, tz::TimeZone};
use serde::Deserialize;
use url::Url;

use super::{Config, Secret, verify::Found};
use crate::model::{AbsenceKind, PersonId, Who};

/// Feeds at most.
const MOST_FEEDS: usize = 32;

/// `[absences]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct AbsencesConfig {
    /// Each is read in its own time.
    #[serde(default)]
    pub feeds: Vec<AbsenceFeedConfig>,
}

/// `[[absences.feeds]]`: a table or a calendar of absences.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct AbsenceFeedConfig {
    pub name: String,
    /// Where it is fetched; may hold a password.
    pub url: Option<Secret>,
    pub url_file: Option<PathBuf>,
    /// Sent as `Authorization: Bearer`.
    pub token: Option<Secret>,
    pub token_file: Option<PathBuf>,
    /// Or the file that it is.
    pub file: Option<PathBuf>,
    pub format: FeedFormat,
    #[serde(default = "defaults::kind")]
    pub kind: AbsenceKind,
    /// Wishes only.
    #[serde(default)]
    pub optional: bool,
    /// What names the person in it.
    #[serde(default)]
    pub who_by: WhoBy,
    /// Everything in it is this one's: `everybody`, `group:NAME`, `person:ID`.
    pub who: Option<String>,
    #[serde(default)]
    pub columns: FeedColumns,
    #[serde(default = "defaults::delimiter")]
    pub delimiter: char,
    /// Why, where it says nothing.
    #[serde(default = "defaults::reason")]
    pub reason: String,
    /// Whose hours tell which shifts a time of day takes; none: any time takes the day.
    pub timetable: Option<String>,
    #[serde(default = "defaults::interval_minutes")]
    pub interval_minutes: u64,
    #[serde(default = "defaults::timeout_ms")]
    pub timeout_ms: u64,
}

/// How a feed is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedFormat {
    /// A table with a line of column names.
    Csv,
    /// iCalendar, RFC 5545.
    Ics,
}

/// What a feed names persons by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhoBy {
    /// Their e-mail address.
    #[default]
    Email,
    /// Their id.
    Id,
    /// Their name in another system.
    Account,
}

/// `[absences.feeds.columns]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct FeedColumns {
    pub who: String,
    pub from: String,
    pub to: String,
    pub reason: String,
}

impl Default for FeedColumns {
    fn default() -> Self {
        let [who, from, to, reason] = ["who", "from", "to", "reason"].map(str::to_owned);
        Self { who, from, to, reason }
    }
}

/// The defaults of a table that the default layer can only show in a comment.
mod defaults {
    use crate::model::AbsenceKind;

    pub(super) fn kind() -> AbsenceKind {
        AbsenceKind::Vacation
    }
    pub(super) fn delimiter() -> char {
        ','
    }
    pub(super) fn reason() -> String {
        "absent".to_owned()
    }
    pub(super) fn interval_minutes() -> u64 {
        60
    }
    pub(super) fn timeout_ms() -> u64 {
        10_000
    }
}

impl AbsenceFeedConfig {
    /// A feed of that name and format, everything else as by default.
    #[must_use]
    pub fn of(name: &str, format: FeedFormat) -> Self {
        Self {
            name: name.to_owned(),
            url: None,
            url_file: None,
            token: None,
            token_file: None,
            file: None,
            format,
            kind: defaults::kind(),
            optional: false,
            who_by: WhoBy::default(),
            who: None,
            columns: FeedColumns::default(),
            delimiter: defaults::delimiter(),
            reason: defaults::reason(),
            timetable: None,
            interval_minutes: defaults::interval_minutes(),
            timeout_ms: defaults::timeout_ms(),
        }
    }

    /// Whose everything in it is.
    ///
    /// # Errors
    /// What names nobody.
    pub fn fixed_who(&self) -> Result<Option<Who>, String> {
        let Some(text) = &self.who else { return Ok(None) };
        let who = match text.split_once(':') {
            None if text == "everybody" => Some(Who::Everybody),
            Some(("group", name)) if !name.is_empty() => Some(Who::Group(name.to_owned())),
            Some(("person", id)) => Some(Who::Person(PersonId::parse(id)?)),
            _ => None,
        };
        who.map(Some).ok_or_else(|| format!("{text:?} names nobody"))
    }

    /// The hours of its timetable, and the zone of its days.
    #[must_use]
    pub fn hours(&self, config: &Config) -> (Vec<Time>, TimeZone) {
        let timetable = self.timetable.as_ref().and_then(|name| config.timetables.get(name));
        timetable.map_or_else(
            || (Vec::new(), TimeZone::get(&config.calls.time_zone).unwrap_or(TimeZone::UTC)),
            |timetable| (timetable.hours.clone(), timetable.zone(config)),
        )
    }
}

/// Feeds that can be read. Whether one answers is for `stasisd doctor`.
pub(super) fn verify(config: &Config, found: &mut Found) {
    let feeds = &config.absences.feeds;
    if feeds.len() > MOST_FEEDS {
        found.add("absences.feeds", "are too many", format!("{MOST_FEEDS} at most"));
    }
    let mut names = BTreeSet::new();
    for (place, feed) in feeds.iter().enumerate() {
        let key = |name: &str| format!("absences.feeds[{place}].{name}");
        let name = &feed.name;
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        if !(1..=32).contains(&name.len()) || !name.bytes().all(plain) {
            found.add(key("name"), format!("{name:?} is no name"), "use 1 to 32 of a-z 0-9 - _");
        }
        if !names.insert(name) {
            found.add(key("name"), format!("{name:?} is there twice"), "give each feed a name of its own");
        }
        match (&feed.url, &feed.file) {
            (Some(url), None) => {
                let url = Url::parse(url.expose()).ok();
                if !url.is_some_and(|url| ["http", "https"].contains(&url.scheme()) && url.has_host()) {
                    found.add(key("url"), "is not a web address", "write it as https://host/path");
                }
            }
            (None, Some(file)) if !file.as_os_str().is_empty() => {}
            _ => found.add(key("url"), "there is no place to read, or two", "name a url, or a file"),
        }
        if let Err(what) = feed.fixed_who() {
            found.add(key("who"), what, "write everybody, group:NAME or person:ID, or leave it out");
        }
        if feed.kind == AbsenceKind::Holiday && feed.who.as_deref() != Some("everybody") {
            found.add(key("kind"), "a holiday is everybody's", "set who = \"everybody\", or another kind");
        }
        if !feed.delimiter.is_ascii() {
            found.add(key("delimiter"), "is no ASCII character", "use , or ; or \\t");
        }
        if feed.reason.trim().is_empty() || feed.reason.chars().count() > 200 {
            found.add(key("reason"), "is empty, or too long", "say why, in 1 to 200 characters");
        }
        if let Some(name) = feed.timetable.as_ref().filter(|name| !config.timetables.contains_key(*name)) {
            let what = format!("there is no timetable {name:?}");
            found.add(key("timetable"), what, "name one of [timetables.NAME]");
        }
        found.within(key("interval_minutes"), feed.interval_minutes, 1..=10_080);
        found.within(key("timeout_ms"), feed.timeout_ms, 100..=120_000);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::problems;

    fn named(spoil: impl Fn(&mut AbsenceFeedConfig)) -> Vec<String> {
        let mut config = Config::defaults().unwrap();
        config.ari.password = Some("x".into());
        let mut feed = AbsenceFeedConfig::of("leave", FeedFormat::Csv);
        feed.url = Some("https://hr.example/leave.csv".into());
        spoil(&mut feed);
        config.absences.feeds.push(feed);
        problems(&config).iter().map(|problem| problem.key.to_string()).collect()
    }

    #[test]
    fn each_bad_value_is_named() {
        type Spoil = fn(&mut AbsenceFeedConfig);
        assert_eq!(named(|_| ()), [] as [&str; 0]);
        let cases: [(&str, Spoil); 9] = [
            ("name", |f| f.name = "a b".into()),
            ("url", |f| f.url = None),
            ("url", |f| f.url = Some("ftp://x/".into())),
            ("url", |f| f.file = Some("/x".into())),
            ("who", |f| f.who = Some("nobody".into())),
            ("kind", |f| f.kind = AbsenceKind::Holiday),
            ("reason", |f| f.reason = String::new()),
            ("timetable", |f| f.timetable = Some("phones".into())),
            ("timeout_ms", |f| f.timeout_ms = 0),
        ];
        for (key, spoil) in cases {
            assert_eq!(named(spoil), [format!("absences.feeds[0].{key}")]);
        }
    }
}

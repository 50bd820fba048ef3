//! What the values of `[lookup]` mean.

use url::Url;

use super::Found;
use crate::config::{ContactFieldsConfig, LookupConfig, LookupSourceConfig, SourceKind};

/// Sources at most: each is asked while somebody waits.
const MOST_SOURCES: usize = 16;

/// Names, what each kind needs, and bounds. Whether a source answers is for `stasisd doctor`.
pub(super) fn verify(lookup: &LookupConfig, found: &mut Found) {
    found.within("lookup.former_calls", lookup.former_calls, 0..=20);
    if lookup.sources.len() > MOST_SOURCES {
        found.add("lookup.sources", "are too many", format!("{MOST_SOURCES} at most"));
    }
    for (place, source) in lookup.sources.iter().enumerate() {
        let key = |name: &str| format!("lookup.sources[{place}].{name}");
        let name = &source.name;
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        if !(1..=32).contains(&name.len()) || !name.bytes().all(plain) {
            found.add(key("name"), format!("{name:?} is no name"), "use 1 to 32 of a-z 0-9 - _");
        }
        if lookup.sources.iter().take(place).any(|other| other.name == *name) {
            found.add(key("name"), format!("{name:?} is there twice"), "give each source a name of its own");
        }
        of_kind(source, &key, found);
        if let Some(fields) = &source.fields {
            of_fields(fields, &key, found);
        }
        found.within(key("timeout_ms"), source.timeout_ms, 20..=30_000);
        found.within(key("cache_secs"), source.cache_secs, 0..=86_400);
        found.within(key("breaker_failures"), source.breaker_failures, 1..=1000);
        found.within(key("breaker_open_secs"), source.breaker_open_secs, 1..=3600);
    }
}

fn of_kind(source: &LookupSourceConfig, key: &impl Fn(&str) -> String, found: &mut Found) {
    let scheme = source.url.as_ref().and_then(|url| url.expose().split_once(':')).map(|(scheme, _)| scheme);
    match source.kind {
        SourceKind::Own => {}
        SourceKind::Http => {
            let url = source.url.as_ref().and_then(|url| Url::parse(url.expose()).ok());
            if !url.is_some_and(|url| ["http", "https"].contains(&url.scheme()) && url.has_host()) {
                found.add(key("url"), "is not a web address", "write it as https://host/path");
            }
        }
        SourceKind::Sql => {
            if !["postgres", "postgresql", "sqlite", "mysql"].contains(&scheme.unwrap_or_default()) {
                let mend = "write postgres://user@host/db, mysql://user@host/db or sqlite:///file";
                found.add(key("url"), "names no database that is known", mend);
            }
            let marks = if scheme == Some("mysql") { "?" } else { "$1" };
            let queries = source.query.iter().map(|query| ("query".to_owned(), query));
            let searches = source.search.iter().map(|(field, query)| (format!("search.{field}"), query));
            for (name, query) in queries.chain(searches) {
                if !query.contains(marks) {
                    let what = format!("has no place for what is looked up ({marks})");
                    found.add(key(&name), what, "write it as SELECT .. WHERE phone = .., with that in it");
                }
            }
            if source.query.is_none() {
                found.add(key("query"), "is missing", "write a SELECT by the caller's number");
            }
        }
        SourceKind::Csv => {
            if source.file.as_ref().is_none_or(|file| file.as_os_str().is_empty()) {
                found.add(key("file"), "is missing", "name the file");
            }
            if !source.delimiter.is_ascii() {
                found.add(key("delimiter"), "is no ASCII character", "use , or ; or \\t");
            }
        }
    }
    let is_table = matches!(source.kind, SourceKind::Sql | SourceKind::Csv);
    if is_table && source.fields.is_none() {
        found.add(
            key("fields"),
            "is missing",
            "say which column is the name: fields = { name = [\"full_name\"] }",
        );
    }
    if source.kind == SourceKind::Csv
        && source.fields.as_ref().is_some_and(|fields| fields.numbers.is_empty())
    {
        found.add(key("fields.numbers"), "is empty", "name the columns that hold numbers");
    }
}

fn of_fields(fields: &ContactFieldsConfig, key: &impl Fn(&str) -> String, found: &mut Found) {
    if fields.name.is_empty() && fields.id.is_none() {
        let mend = "name the column that holds the name, or the id";
        found.add(key("fields.name"), "nothing would be known of the contact", mend);
    }
    for (place, item) in fields.items.iter().enumerate() {
        for (name, value) in [("kind", &item.kind), ("id", &item.id)] {
            if value.is_empty() {
                found.add(key(&format!("fields.items[{place}].{name}")), "is empty", "name it");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, ContactFieldsConfig, LookupSourceConfig, SourceKind, problems};

    fn named(kind: SourceKind, spoil: impl Fn(&mut LookupSourceConfig)) -> Vec<String> {
        let mut config = Config::defaults().unwrap();
        config.ari.password = Some("x".into());
        let mut source = LookupSourceConfig::of("crm", kind);
        let columns = ContactFieldsConfig {
            name: vec!["name".to_owned()],
            numbers: vec!["phone".to_owned()],
            ..ContactFieldsConfig::default()
        };
        match kind {
            SourceKind::Own => {}
            SourceKind::Http => source.url = Some("https://crm.example/api".into()),
            SourceKind::Sql => {
                source.url = Some("postgres://u@h/db".into());
                source.query = Some("SELECT * FROM c WHERE phone = $1".to_owned());
                source.fields = Some(columns);
            }
            SourceKind::Csv => {
                source.file = Some("/x.csv".into());
                source.fields = Some(columns);
            }
        }
        spoil(&mut source);
        config.lookup.sources.push(source);
        problems(&config).iter().map(|problem| problem.key.to_string()).collect()
    }

    #[test]
    fn each_kind_can_work() {
        for kind in [SourceKind::Own, SourceKind::Http, SourceKind::Sql, SourceKind::Csv] {
            assert_eq!(named(kind, |_| ()), [] as [&str; 0], "{kind:?}");
        }
    }

    #[test]
    fn each_bad_value_is_named() {
        use SourceKind::{Csv, Http, Own, Sql};
        type Spoil = fn(&mut LookupSourceConfig);
        let cases: [(SourceKind, &str, Spoil); 13] = [
            (Own, "name", |s| s.name = "own".into()),
            (Own, "name", |s| s.name = "a b".into()),
            (Http, "url", |s| s.url = None),
            (Http, "url", |s| s.url = Some("ftp://x/".into())),
            (Http, "timeout_ms", |s| s.timeout_ms = 0),
            (Sql, "url", |s| s.url = Some("oracle://x".into())),
            (Sql, "query", |s| s.query = Some("SELECT 1".into())),
            (Sql, "query", |s| s.query = None),
            (Sql, "search.nif", |s| _ = s.search.insert("nif".into(), "SELECT 1".into())),
            (Sql, "fields", |s| s.fields = None),
            (Csv, "file", |s| s.file = None),
            (Csv, "delimiter", |s| s.delimiter = 'é'),
            (Csv, "fields.numbers", |s| {
                s.fields = Some(ContactFieldsConfig { id: Some("x".into()), ..Default::default() });
            }),
        ];
        for (kind, key, spoil) in cases {
            assert_eq!(named(kind, spoil), [format!("lookup.sources[1].{key}")]);
        }
    }
}

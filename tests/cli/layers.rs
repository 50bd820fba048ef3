//! The layers of the configuration: which wins, and who is named when one is wrong.

use stasisd::config::{Loaded, Secret, Sources, load, problems};

use super::Place;

fn sources(place: &Place, environment: &[(&str, &str)]) -> Sources {
    Sources {
        file: Some(place.path("stasisd.toml")),
        drop_ins: Some(place.path("conf.d")),
        environment: environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        credentials: Some(place.path("credentials")),
    }
}

fn loaded(place: &Place, environment: &[(&str, &str)]) -> Loaded {
    load(&sources(place, environment)).unwrap()
}

fn refused(place: &Place, environment: &[(&str, &str)]) -> String {
    load(&sources(place, environment)).unwrap_err().to_string()
}

#[test]
fn later_layers_win() {
    let place = Place::with("[calls]\nmax = 1\nmax_starting = 1\ncountry = \"ES\"\nlanguage = \"es\"\n");
    place.write("conf.d/20-b.toml", "[calls]\nmax = 3\nmax_starting = 3\n");
    place.write("conf.d/10-a.toml", "[calls]\nmax = 2\nmax_starting = 2\ncountry = \"PT\"\n");
    place.write("conf.d/30-c.toml.bak", "[calls]\nmax = 9\n");
    let calls = loaded(&place, &[("STASISD_CALLS__MAX", "4")]).config.calls;
    assert_eq!((calls.max, calls.max_starting), (4, 3));
    assert_eq!((calls.country.as_str(), calls.language.as_str()), ("PT", "es"));
    assert_eq!(calls.drain_timeout_secs, 30);
}

#[test]
fn an_unknown_key_is_refused_with_its_file_and_path() {
    let place = Place::with("[calls]\nmaximum = 3\n");
    let error = refused(&place, &[]);
    assert!(error.contains("stasisd.toml: calls.maximum: no such key"), "{error}");
    assert!(error.contains("did you mean \"max"), "{error}");

    let place = Place::with("");
    place.write("conf.d/a.toml", "[telephones]\n");
    let error = refused(&place, &[]);
    assert!(error.contains("conf.d/a.toml: telephones: no such key; there are: log, ari,"), "{error}");

    let error = refused(&Place::with(""), &[("STASISD_HTTP__LISTENING", "x")]);
    assert!(error.starts_with("environment variable STASISD_HTTP__LISTENING: http.listening"), "{error}");
    let error = refused(&Place::with(""), &[("STASISD_HTTP_LISTEN", "x")]);
    assert!(error.contains("did you mean STASISD_HTTP__LISTEN?"), "{error}");
}

#[test]
fn a_wrong_kind_of_value_is_refused_where_it_stands() {
    let error = refused(&Place::with("[http]\nmax_streams = \"many\"\n"), &[]);
    assert!(error.contains("stasisd.toml: http.max_streams: invalid type"), "{error}");
    let error = refused(&Place::with("[speech]\nvoices = [\"parrot\"]\n"), &[]);
    assert!(error.contains("\"parrot\" is none of: piper, espeak"), "{error}");
    let error = refused(&Place::with("[http\n"), &[]);
    assert!(error.contains("stasisd.toml") && error.contains("line 1"), "{error}");
}

#[test]
fn a_table_may_be_spread_over_layers_but_must_be_whole() {
    let place = Place::with("[http.tls]\ncertificate = \"/a.pem\"\n");
    let error = refused(&place, &[]);
    assert!(error.contains("http.tls.key: must be set"), "{error}");
    let http = loaded(&place, &[("STASISD_HTTP__TLS__KEY", "/b.pem")]).config.http;
    assert_eq!(http.tls.map(|tls| tls.key), Some("/b.pem".into()));
}

#[test]
fn what_a_source_of_orders_leaves_out_is_as_the_comment_says() {
    let place = Place::with("[orders.source]\nurl = \"https://shop.example/api/orders\"\n");
    let written = loaded(&place, &[]).config.orders.source.unwrap();
    let uncommented: Vec<&str> = stasisd::config::DEFAULTS
        .lines()
        .skip_while(|line| *line != "# [orders.source]")
        .take_while(|line| !line.is_empty())
        .filter(|line| line.contains(" = ") || line.contains("[orders"))
        .filter(|line| !line.contains("token") && !line.contains("ca_file"))
        .map(|line| line.trim_start_matches("# "))
        .collect();
    let commented = loaded(&Place::with(&uncommented.join("\n")), &[]).config.orders.source.unwrap();
    assert_eq!(format!("{written:?}"), format!("{commented:?}"));
    assert_eq!(written.timeout_ms, 1500);
}

#[test]
fn secrets_come_from_a_file_or_a_credential_and_are_not_printed() {
    let place = Place::with("");
    place.write("credentials/ari-password", "from a credential\n");
    let config = loaded(&place, &[]).config;
    assert_eq!(config.ari.password.as_ref().map(Secret::expose), Some("from a credential"));
    assert!(!format!("{config:?}").contains("from a credential"));
    assert_eq!(problems(&config), []);

    let file = place.path("password");
    let file = [("STASISD_ARI__PASSWORD_FILE", file.to_str().unwrap())];
    let config = loaded(&place, &file).config;
    assert_eq!(config.ari.password.as_ref().map(Secret::expose), Some("a secret of ours"));

    place.write("credentials/storage-url", "postgres://me:it@db/calls");
    assert_eq!(loaded(&place, &[]).config.storage.url.expose(), "postgres://me:it@db/calls");
}

#[test]
fn without_systemd_a_secret_lies_beside_the_file() {
    let place = Place::with("");
    place.write("ari-password", "beside\n");
    let sources = Sources::of_process(Some(place.path("stasisd.toml")));
    // The tester's own environment is not looked at.
    let sources = Sources { environment: Vec::new(), ..sources };
    let password = load(&sources).unwrap().config.ari.password;
    assert_eq!(password.as_ref().map(Secret::expose), Some("beside"));
}

#[test]
fn a_secret_that_cannot_be_had_is_named_by_its_key() {
    let place = Place::with("[ari]\npassword_file = \"/nowhere/password\"\n");
    let error = refused(&place, &[]);
    assert!(error.contains("ari.password_file: cannot read /nowhere/password"), "{error}");
    let error = refused(&place, &[("STASISD_ARI__PASSWORD", "x")]);
    assert!(error.contains("ari.password: both it and ari.password_file are set"), "{error}");
    place.write("empty", "\n");
    let empty = place.path("empty");
    let error = refused(&Place::with(""), &[("STASISD_ARI__PASSWORD_FILE", empty.to_str().unwrap())]);
    assert!(error.contains("must hold one line"), "{error}");
}

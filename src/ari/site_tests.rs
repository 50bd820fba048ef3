//! Tests of the `[ari]` table's checks.

use super::*;

fn config() -> AriConfig {
    AriConfig {
        url: "http://127.0.0.1:8088".to_owned(),
        user: "stasisd".to_owned(),
        password: Some("s3cret".into()),
        password_file: None,
        app: "stasisd".to_owned(),
        ca_file: None,
        connect_timeout_ms: 5_000,
        request_timeout_ms: 5_000,
        heartbeat_secs: 8,
        backoff_min_ms: 100,
        backoff_max_ms: 10_000,
        rest_over_websocket: true,
        http_pool: 16,
    }
}

#[test]
fn addresses_follow_from_the_url() {
    for (url, base) in [
        ("http://127.0.0.1:8088", "http://127.0.0.1:8088/ari/"),
        ("http://127.0.0.1:8088/", "http://127.0.0.1:8088/ari/"),
        ("https://pbx.example/prefix", "https://pbx.example/prefix/ari/"),
        ("http://[::1]:8088/a/b/", "http://[::1]:8088/a/b/ari/"),
    ] {
        let site = Site::new(&AriConfig { url: url.to_owned(), ..config() }).expect(url);
        assert_eq!(site.base, base);
        assert_eq!(site.events.to_string(), format!("{base}events?app=stasisd&subscribeAll=false"));
        assert_eq!(site.secure, url.starts_with("https"));
    }
}

#[test]
fn nonsense_is_refused_with_its_key() {
    let cases: Vec<(&str, AriConfig)> = vec![
        ("ari.url", AriConfig { url: "127.0.0.1:8088".to_owned(), ..config() }),
        ("ari.url", AriConfig { url: "ftp://x".to_owned(), ..config() }),
        ("/ari", AriConfig { url: "http://x:8088/ari".to_owned(), ..config() }),
        ("ari.url", AriConfig { url: "http://x/?app=y".to_owned(), ..config() }),
        ("ari.user", AriConfig { url: "http://joe:hunter2@x".to_owned(), ..config() }),
        ("ari.user", AriConfig { user: "a:b".to_owned(), ..config() }),
        ("ari.user", AriConfig { user: String::new(), ..config() }),
        ("ari.app", AriConfig { app: "a,b".to_owned(), ..config() }),
        ("ari.app", AriConfig { app: String::new(), ..config() }),
        ("ari.password", AriConfig { password: None, ..config() }),
        ("ari.http_pool", AriConfig { http_pool: 0, ..config() }),
        ("ari.http_pool", AriConfig { http_pool: 17, ..config() }),
        ("ari.heartbeat_secs", AriConfig { heartbeat_secs: 0, ..config() }),
        ("ari.request_timeout_ms", AriConfig { request_timeout_ms: 0, ..config() }),
        ("ari.connect_timeout_ms", AriConfig { connect_timeout_ms: 0, ..config() }),
        ("ari.backoff_min_ms", AriConfig { backoff_min_ms: 20_000, ..config() }),
    ];
    for (key, config) in cases {
        let error = Site::new(&config).expect_err(key).to_string();
        assert!(error.contains(key), "{error}");
        assert!(!error.contains("s3cret") && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn no_credential_is_shown() {
    let site = Site::new(&config()).expect("well formed");
    let shown = format!("{site:?}");
    assert!(
        !shown.contains("s3cret") && !shown.contains(&BASE64_STANDARD.encode("stasisd:s3cret")),
        "{shown}"
    );
}

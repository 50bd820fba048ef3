//! Tokens: which open the door, which do not, and how often.

use jiff::{SignedDuration, Timestamp};
use stasisd::http::{Scope, token};

use crate::{
    app::{App, Setup, http_config},
    client::Actor,
    wait::eventually,
};

/// Paths that need a token.
const CLOSED: [(&str, &str); 14] = [
    ("GET", "/v1/orders"),
    ("GET", "/v1/orders/A"),
    ("PUT", "/v1/orders/A"),
    ("DELETE", "/v1/orders/A"),
    ("GET", "/v1/calls"),
    ("GET", "/v1/calls/x"),
    ("DELETE", "/v1/calls/x"),
    ("POST", "/v1/calls/x/say"),
    ("GET", "/v1/flows"),
    ("GET", "/v1/flows/x"),
    ("GET", "/v1/flows/x/graph"),
    ("POST", "/v1/flows/reload"),
    ("GET", "/v1/events"),
    ("GET", "/v1/events?after=x"),
];

#[tokio::test]
async fn without_a_token_everything_is_closed() {
    let app = App::start().await;
    let stranger = app.stranger();
    for (method, path) in CLOSED {
        let answer = stranger.send(method.parse().unwrap(), path, "{".into()).await;
        answer.is_problem(401, "unauthorized");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"stasisd\""));
    }
}

#[tokio::test]
async fn what_is_not_a_token_of_ours_opens_nothing() {
    let app = App::start().await;
    let shop = app.shop().await;
    let plain = shop.token.clone().unwrap();
    let (unknown, _) = token::create("unknown", &[Scope::Admin], None, Timestamp::now());
    let stranger = app.stranger();
    let try_with = async |value: &str| stranger.with("authorization", value).get("/v1/orders").await;
    for value in [
        format!("Bearer {unknown}"),
        format!("Basic {plain}"),
        format!("Token {plain}"),
        plain.clone(),
        format!("Bearer {plain}x"),
        format!("Bearer {}", &plain[..plain.len() - 1]),
        format!("Bearer {}", plain.to_ascii_lowercase()),
        "Bearer ".to_owned(),
        "Bearer ' OR 1=1 --".to_owned(),
        "Bearer \u{e9}".to_owned(),
    ] {
        try_with(&value).await.is_problem(401, "unauthorized");
    }
    try_with(&format!("bearer {plain}")).await.is(200);
    stranger.get(&format!("/v1/flows?access_token={plain}")).await.is_problem(401, "unauthorized");
    let twice = stranger.with("authorization", &format!("Bearer {plain}"));
    twice.with("authorization", "Bearer x").get("/v1/orders").await.is_problem(401, "unauthorized");
}

#[tokio::test]
async fn expired_tokens_are_refused_and_revoked_ones_soon() {
    let app = App::start().await;
    let now = Timestamp::now();
    let past = now - SignedDuration::from_secs(1);
    let (expired, stored) = token::create("expired", &[Scope::Admin], Some(past), past);
    app.store.add_token(&stored).await.unwrap();
    Actor::new(app.address, Some(expired)).get("/v1/orders").await.is_problem(401, "unauthorized");

    let (plain, stored) = token::create("shop", &[Scope::OrdersRead], None, now);
    app.store.add_token(&stored).await.unwrap();
    let shop = Actor::new(app.address, Some(plain));
    shop.get("/v1/orders").await.is(200);
    assert!(app.store.revoke_token(&stored.id, Timestamp::now()).await.unwrap());
    let refused = eventually(|| shop.get("/v1/orders"), |answer| answer.status != 200).await;
    refused.is_problem(401, "unauthorized");
}

#[tokio::test]
async fn each_scope_opens_its_own_doors_alone() {
    let app = App::start().await;
    let doors = [
        (Scope::OrdersRead, "GET", "/v1/orders/none"),
        (Scope::OrdersWrite, "DELETE", "/v1/orders/none"),
        (Scope::CallsRead, "GET", "/v1/calls"),
        (Scope::CallsWrite, "DELETE", "/v1/calls/00000000-0000-0000-0000-000000000000"),
        (Scope::ContactsRead, "GET", "/v1/contacts"),
        (Scope::ContactsWrite, "DELETE", "/v1/contacts/none"),
        (Scope::NotesRead, "GET", "/v1/categories"),
        (Scope::NotesWrite, "DELETE", "/v1/notes/00000000-0000-0000-0000-000000000000"),
        (Scope::RingingWrite, "GET", "/api/info/ringring?phone=1&ext=2"),
        (Scope::FlowsRead, "GET", "/v1/flows"),
        (Scope::FlowsWrite, "POST", "/v1/flows/reload"),
        (Scope::EventsRead, "GET", "/v1/events?call=x"),
    ];
    let admin = app.admin().await;
    for (scope, method, path) in doors {
        assert_ne!(admin.send(method.parse().unwrap(), path, "".into()).await.status, 403, "{path}");
        for other in Scope::ALL.into_iter().filter(|s| *s != Scope::Admin) {
            let answer = app.actor(&[other]).await.send(method.parse().unwrap(), path, "".into()).await;
            if other == scope {
                assert!(![401, 403].contains(&answer.status), "{other} {path} {answer:?}");
            } else {
                let detail = answer.is_problem(403, "forbidden")["detail"].clone();
                assert!(detail.as_str().unwrap().contains(scope.as_str()), "{detail}");
            }
        }
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_and_good_tokens_still_work() {
    let mut setup = Setup::default();
    setup.http.auth_failures_per_minute = 5;
    let app = App::with(setup).await;
    let shop = app.shop().await;
    let stranger = app.stranger();
    for _ in 0..5 {
        stranger.get("/v1/orders").await.is_problem(401, "unauthorized");
    }
    let refused = stranger.get("/v1/orders").await;
    refused.is_problem(429, "too_many_requests");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=12).contains(&wait), "{wait}");
    shop.get("/v1/orders").await.is(200);
}

#[tokio::test]
async fn each_token_has_its_rate() {
    let setup = Setup { http: limited(), ..Setup::default() };
    let app = App::with(setup).await;
    let (shop, other) = (app.shop().await, app.shop().await);
    let mut answers = Vec::new();
    for _ in 0..12 {
        answers.push(shop.get("/v1/orders").await);
    }
    let refused: Vec<_> = answers.iter().filter(|a| a.status == 429).collect();
    assert!(!refused.is_empty(), "{answers:?}");
    for answer in refused {
        answer.is_problem(429, "too_many_requests");
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    other.get("/v1/orders").await.is(200);
}

#[tokio::test]
async fn strangers_share_their_addresses_rate() {
    let app = App::with(Setup { http: limited(), ..Setup::default() }).await;
    let mut statuses = Vec::new();
    for path in ["/health/live", "/docs", "/nothing", "/openapi.json"].iter().cycle().take(12) {
        statuses.push(app.stranger().get(path).await.status);
    }
    assert!(statuses.contains(&429), "{statuses:?}");
}

fn limited() -> stasisd::config::HttpConfig {
    stasisd::config::HttpConfig { rate_per_second: 1, rate_burst: 5, ..http_config() }
}

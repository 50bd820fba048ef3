//! Persons and absences from the command line, and what Tomàtic kept.

use std::{collections::BTreeMap, fs, path::Path};

use super::Place;

const CONFIG: &str = "[calls]\ncountry = \"ES\"\ntime_zone = \"Europe/Madrid\"\n[timetables.phones]\nqueue = \"phones\"\n\
    days = [\"mon\", \"tue\"]\nhours = [\"09:00\", \"10:15\", \"11:30\"]\nlines = 2\n";

fn place() -> Place {
    let place = Place::with(CONFIG);
    let url = format!("[storage]\nurl = \"sqlite://{}/stasisd.db\"\n", place.folder.path().display());
    place.write("conf.d/data.toml", &url);
    place
}

#[test]
fn persons_are_set_grouped_and_deleted() {
    let place = place();
    place
        .run(&[
            "people",
            "set",
            "anna",
            "--name",
            "Àngels דליה 🎧",
            "--extension",
            "201",
            "--ideal-load",
            "8",
        ])
        .is(0, &["anna", "Àngels דליה 🎧", "201", "8"]);
    place.run(&["people", "set", "berta", "--extension", "201"]).is(65, &["extension", "(anna)"]);
    place.run(&["people", "set", "berta", "--role", "admin"]).is(0, &["Berta"]);
    place.run(&["people", "groups", "anna", "berta", "--add", "front desk"]).is(0, &["2 persons changed"]);
    place.run(&["people", "groups", "--rename", "front desk", "desk"]).is(0, &["desk: 2 persons"]);
    place.run(&["people", "groups"]).is(0, &["desk", "anna berta"]);
    place.run(&["people", "list", "--group", "desk"]).is(0, &["Àngels", "Berta"]);
    place.run(&["people", "show", "anna"]).is(0, &["\"extension\": \"201\"", "\"ideal_load\": 8.0"]);
    place.run(&["people", "show", "zoe"]).is(65, &["there is no person zoe"]);
    place.run(&["people", "set", "anna", "--extension", "", "--ideal-load", "-1"]).is(0, &["anna"]);
    place.run(&["people", "groups", "--delete", "desk"]).is(0, &["2 persons were in it"]);
    place.run(&["people", "delete", "anna", "anna"]).is(0, &["anna: deleted", "anna: not there"]);
}

#[test]
fn persons_go_through_files_and_are_the_same() {
    let place = place();
    let csv = "id,name,extension,email,table,groups,ideal_load,languages\r\nanna,\"Àngels, דליה\",201,anna@example.com,\
               1,desk;front desk,7.5,ca;en\r\nberta,=1+1,202,,,,,\r\n";
    let file = place.write("in.csv", csv);
    let file = file.to_str().unwrap();
    place.run(&["people", "import", file, "--dry-run"]).is(0, &["2 persons read, 2 would change"]);
    place.run(&["people", "import", file]).is(0, &["2 persons read, 2 changed"]);
    place.run(&["people", "import", file]).is(0, &["2 persons read, 0 changed"]);
    for (form, name) in [("csv", "out.csv"), ("yaml", "out.yaml")] {
        let out = place.run(&["people", "export", "--form", form]).out;
        let file = place.write(name, &out);
        place.run(&["people", "import", file.to_str().unwrap()]).is(0, &["2 persons read, 0 changed"]);
        assert_eq!(place.run(&["people", "export", "--form", form]).out, out);
    }
    let broken = place.write("broken.csv", "id,name,extension\ncarla,Carla,203\ndora,Dora,201\n");
    place.run(&["people", "import", broken.to_str().unwrap()]).is(65, &["(anna)", "nothing was stored"]);
    place.run(&["people", "show", "carla"]).is(65, &[]);
    place.run(&["people", "import", "/nowhere.txt"]).is(65, &["cannot read /nowhere.txt"]);
}

#[test]
fn absences_are_lines() {
    let place = place();
    place.run(&["people", "set", "anna"]).is(0, &[]);
    place.run(&["absences", "add", "+anna mon 0110 # Reunió"]).is(0, &["+anna mon 0110 # Reunió"]);
    place.run(&["absences", "add", "zoe # x"]).is(65, &["there is no person zoe"]);
    let garbage = "+anna 2026-11-24..2026-11-27 vacation # Ski 🎧\n\u{0}\u{1}garbage\n+* 2026-12-25 holiday # Nadal\nanna 0000 # x\n";
    let file = place.write("busy.conf", garbage);
    let file = file.to_str().unwrap();
    place.run(&["absences", "import", file, "--dry-run"]).is(1, &["2 absences read"]);
    place
        .run(&["absences", "import", file])
        .is(1, &["line 2: ", "line 4: no shift", "2 absences read, 2 changed"]);
    place.run(&["absences", "import", file]).is(1, &["2 absences read, 0 changed"]);
    let list = place.run(&["absences", "list", "--person", "anna", "--week", "2026-11-30"]);
    list.is(0, &["+anna mon 0110 # Reunió"]);
    assert_eq!(list.out.lines().count(), 1);
    let id = list.out.split_whitespace().next().unwrap().to_owned();
    let exported = place.run(&["absences", "export"]).out;
    assert_eq!(exported.lines().count(), 3);
    let file = place.write("out.conf", &exported);
    place.run(&["absences", "import", file.to_str().unwrap()]).is(0, &["3 absences read, 0 changed"]);
    place.run(&["absences", "delete", &id]).is(0, &["deleted"]);
    place.run(&["absences", "delete", &id]).is(0, &["not there"]);
}

/// Tomàtic's folder as its formats have it; with things in it that cannot be read.
fn tomatic(place: &Place) -> String {
    place.write(
        "tomatic/persons.yaml",
        "names:\n  anna: Àngels\n  berta: דליה 🎧\n  Zoe: x\nextensions: {anna: '0201', berta: 202}\n\
         tables: {anna: 1, berta: -1}\ncolors: {anna: aabbcc, berta: '003300'}\nemails:\n  anna: anna@example.com\n\
         groups:\n  admin: [anna]\n  desk: [anna, berta]\nerpusers: {}\nidealloads: {anna: 8, berta: 2.5}\n",
    );
    place.write(
        "tomatic/data/indisponibilitats.conf",
        "+anna dl 0110 # Reunió\nberta # rather not\nzoe dm # who\nanna mon # x\n",
    );
    place.write("tomatic/data/oneshot.conf", "+anna 2026-11-24 1000 # מטפל\n");
    place.write("tomatic/data/indisponibilitats-vacances.conf", "+berta 2026-11-25 # vacances\n");
    place.write("tomatic/data/holidays.conf", "2026-12-25\tNadal\nsoon\tx\n");
    place.write(
        "tomatic/graelles/graella-2026-11-23.yaml",
        "week: 2026-11-23\ndays: [dl, dm]\nhours: ['09:00', '10:15', '11:30']\nturns: [L1, L2]\ntimetable:\n  dl:\n  \
         - [anna, ningu]\n  - [berta, Zoe]\n  dm:\n  - [festiu, festiu]\n  - [null, berta]\noverload: {anna: 1.0}\n\
         penalties: [[20, Empty]]\ncost: 20\nlog: ['2026-11-20 10:00:00: anna ha canviat dl']\n",
    );
    place.write("tomatic/graelles/graella-2026-11-24.yaml", "week: 2026-11-24\n");
    place.write(
        "tomatic/graelles/old/graella-2026-11-09.yaml",
        "week: '2026-11-09'\ndays: [dl]\nhours: ['09:00', '10:15']\ntimetable:\n  dl:\n    1: [anna]\n",
    );
    place.write("tomatic/graelles/shiftcredit-2026-11-09.yaml", "anna: 2\nberta: -1.5\n");
    place.write(
        "tomatic/data/forced-turns.yaml",
        "week: ''\ndays: [dl]\nhours: ['09:00', '10:15']\nturns: [L1]\ntimetable:\n  dl:\n  - [null]\n",
    );
    place.write(
        "tomatic/data/call_registry/categories.yaml",
        "categories:\n- {id: 1, name: Factures, code: A1, levels: [], keywords: [bill], color: '#a0f'}\n- {id: 2, name: ''}\n",
    );
    place.write(
        "tomatic/data/call_registry/calls-anna.yaml",
        "calls:\n- {id: 5, operator: anna, call_timestamp: '2026-11-20 10:00:00+01:00', phone_number: '600000001', \
         caller_name: Núria, category_ids: [1], comments: 'Asked 🎧'}\n- {id: 6}\n",
    );
    place.write("tomatic/callinfo/dailycalls/calls-anna.yaml", "calls: []\n");
    place.path("tomatic").to_str().unwrap().to_owned()
}

#[test]
fn what_tomatic_kept_is_taken_over_and_a_second_run_changes_nothing() {
    let place = place();
    let folder = tomatic(&place);
    let dry = place.run(&["import", "tomatic", &folder, "--dry-run"]);
    dry.is(
        1,
        &[
            "persons.yaml: 2 persons, 2 would change",
            "data/indisponibilitats.conf: 2 absences, 2 would change",
        ],
    );
    assert_eq!(place.run(&["people", "list"]).out, "");
    let first = place.run(&["import", "tomatic", &folder]);
    first.is(
        1,
        &[
            "persons.yaml: line 4: \"Zoe\"",
            "data/indisponibilitats.conf: line 3: who: there is no person zoe",
            "data/indisponibilitats.conf: line 4: \"mon\" is no day (dl)",
            "data/holidays.conf: line 2: ",
            "data/call_registry/calls-anna.yaml: call 2: ",
            "data/call_registry/calls-anna.yaml: 1 calls, 1 changed",
            "categories.yaml: 1 categories, 1 changed",
            "callinfo: the call log of versions before 5.8 is not read",
            "graelles/graella-2026-11-23.yaml: dl shift 2 L2: \"Zoe\"",
            "graelles/graella-2026-11-23.yaml: 1 timetable, 1 changed",
            "graelles/graella-2026-11-24.yaml: ",
            "graelles/old/graella-2026-11-09.yaml: 1 timetable, 1 changed",
            "data/forced-turns.yaml: 1 timetable, 1 changed",
            "graelles/shiftcredit-2026-11-09.yaml: 2 credits, 1 changed",
        ],
    );
    let second = place.run(&["import", "tomatic", &folder]);
    second.is(1, &["persons.yaml: 2 persons, 0 changed"]);
    for line in second.out.lines().filter(|line| line.contains("changed")) {
        assert!(line.contains(" 0 changed"), "{line}");
    }
    assert_eq!(faults(&first.out), faults(&second.out));
    let listed = place.run(&["absences", "list"]).out;
    assert!(
        listed.contains("+berta 2026-11-25 vacation # vacances") && listed.contains("holiday # Nadal"),
        "{listed}"
    );
    place.run(&["notes", "log"]).is(0, &["2026-11-20 10:00", "+34600000001", "Núria", "Asked 🎧"]);
    place.run(&["notes", "categories"]).is(0, &["Factures", "bill A1"]);
    // What is exported is what is read again.
    let yaml = place.run(&["people", "export", "--form", "yaml"]).out;
    fs::write(place.path("tomatic/persons.yaml"), &yaml).unwrap();
    place.run(&["import", "tomatic", &folder]).is(1, &["persons.yaml: 2 persons, 0 changed"]);
    assert_eq!(place.run(&["people", "export", "--form", "yaml"]).out, yaml);
    place.run(&["import", "tomatic", "/nowhere"]).is(65, &["is no folder"]);
}

#[test]
fn what_was_taken_over_is_written_and_taken_over_again_the_same() {
    let first = place();
    let folder = tomatic(&first);
    first.run(&["import", "tomatic", &folder]).is(1, &[]);
    let written = first.path("written");
    let said = first.run(&["export", "tomatic", written.to_str().unwrap()]);
    said.is(0, &["persons.yaml: 2 persons", "graelles/old/graella-2026-11-09.yaml: 1 timetable"]);
    let files = files(&written);
    let has = |name: &str, text: &str| assert!(files[name].contains(text), "{name}: {}", files[name]);
    assert_eq!(files.len(), 11, "{:?}", files.keys());
    has("persons.yaml", "דליה 🎧");
    has("indisponibilitats.conf", "+anna dl 0110 # Reunió\n");
    has("indisponibilitats-vacances.conf", "+berta 2026-11-25 # vacances\n");
    has("holidays.conf", "2026-12-25\tNadal\n");
    has("graelles/graella-2026-11-23.yaml", "2026-11-20 10:00:00: anna ha canviat dl");
    has("graelles/graella-2026-11-23.yaml", "festiu");
    has("data/call_registry/calls-anna.yaml", "Asked 🎧");

    let second = place();
    let again = second.run(&["import", "tomatic", written.to_str().unwrap()]);
    again.is(0, &["persons.yaml: 2 persons, 2 changed", "data/forced-turns.yaml: 1 timetable, 1 changed"]);
    let rewritten = second.path("rewritten");
    second.run(&["export", "tomatic", rewritten.to_str().unwrap()]).is(0, &[]);
    assert_eq!(self::files(&rewritten), files);
    second.run(&["export", "tomatic", rewritten.to_str().unwrap()]).is(65, &["has something in it"]);

    second.run(&["absences", "add", "+* mon # Assembly"]).is(0, &[]);
    let third = second.path("third");
    let said = second.run(&["export", "tomatic", third.to_str().unwrap()]);
    said.is(1, &["left out: 1 absences of groups"]);
}

/// Every file under a folder, by its name from there.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            files.extend(
                self::files(&path).into_iter().map(|(inner, text)| (format!("{name}/{inner}"), text)),
            );
        } else {
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
    files
}

fn faults(out: &str) -> Vec<&str> {
    out.lines().filter(|line| !line.contains("changed")).collect()
}

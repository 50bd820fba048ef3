//! `stasisd timetable plan | show | edit | …`: a week from its planning to paper, asked of a daemon that runs.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use stasisd::timetable::{Grid, Problem, check};

use super::{Place, week};

/// Longest wait for a daemon.
const PATIENCE: Duration = Duration::from_secs(15);

/// A daemon with a timetable, which ends with its test.
struct Daemon {
    child: Child,
    place: Place,
}

impl Daemon {
    fn start() -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let place = Place::with("");
        let (database, cache) = (place.path("stasisd.db"), place.path("prompts"));
        let text = format!(
            "[http]\nlisten = \"{address}\"\n[fastagi]\nlisten = \"127.0.0.1:0\"\n[storage]\nurl = \"sqlite://{}\"\n\
             [speech]\ncache_directory = \"{}\"\n[ari]\nurl = \"http://127.0.0.1:1\"\n\
             [timetables.phones]\nqueue = \"phones\"\ndays = [\"mon\", \"tue\"]\nlines = 2\n\
             hours = [\"09:00\", \"10:15\", \"11:30\"]\n",
            database.display(),
            cache.display(),
        );
        place.write("conf.d/daemon.toml", &text);
        for (person, name) in [("anna", "Àngels"), ("berta", "ברטה"), ("carla", "Carla 🎧"), ("dora", "Dora")]
        {
            let said = place.run(&[
                "people",
                "set",
                person,
                "--name",
                name,
                "--extension",
                person,
                "--ideal-load",
                "5",
            ]);
            said.is(0, &[]);
        }
        let child = place.command(&["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let daemon = Self { child, place };
        daemon.listens(address);
        daemon
    }

    fn listens(&self, address: SocketAddr) {
        let begin = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(begin.elapsed() < PATIENCE, "the daemon does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_week_from_its_planning_to_paper() {
    let daemon = Daemon::start();
    let run = |words: &[&str]| daemon.place.run(&[&["timetable"], words].concat());
    run(&["list"]).is(0, &["phones", "2 lines"]);
    let planned = run(&["plan", "phones", "2026-11-23", "--publish"]);
    planned.is(
        0,
        &[
            "points, bound",
            "none is better",
            "phones 2026-11-23: published, version 1",
            "8 of 8 cells filled",
        ],
    );
    run(&["loads", "phones", "2026-11-30"]).is(0, &["person\tideal", "anna\t5.0\t5.0", "2 lines, "]);
    run(&["list", "phones"]).is(0, &["2026-11-23  published"]);
    run(&["show", "phones", "2026-11-23"]).is(0, &["09:00-10:15  L1", "anna", "dora"]);
    run(&["edit", "phones", "2026-11-23", "mon", "1", "1", "nobody"]).is(0, &["version 2"]);
    run(&["edit", "phones", "2026-11-23", "mon", "9", "1", "anna"]).is(65, &["422"]);
    run(&["edit", "phones", "2026-11-23", "mon", "1", "1", "anna", "--seen", "1"]).is(65, &["409"]);
    run(&["undo", "phones", "2026-11-23"]).is(0, &["undo: changed mon 09:00-10:15 L1"]);
    run(&["swap", "phones", "2026-11-23", "mon", "1", "1", "mon", "1", "2"]).is(0, &["version 4"]);
    run(&["log", "phones", "2026-11-23"]).is(0, &["took what was planned", "taken back by", "command line"]);
    run(&["conflicts", "phones", "2026-11-23"]).is(0, &[]);
    run(&["forced", "phones", "--add-line"]).is(0, &["L2"]);
    run(&["credit", "phones", "2026-11-23"]).is(0, &[]);
    run(&["calendar", "phones", "anna"])
        .is(0, &["http://127.0.0.1:", "/v1/timetables/phones/calendar/anna.ics?secret="]);
    run(&["print", "phones", "2026-11-23"]).is(0, &["ברטה", "Àngels", "🎧"]);
    let paper = daemon.place.path("week.pdf");
    run(&["print", "phones", "2026-11-23", "--form", "pdf", "--out", paper.to_str().unwrap()]).is(0, &[]);
    assert!(std::fs::read(paper).unwrap().starts_with(b"%PDF"));
    run(&["withdraw", "phones", "2026-11-23"]).is(0, &["draft"]);
    run(&["publish", "phones", "2026-11-23"]).is(0, &["published"]);
    let kept = run(&["plan", "phones", "2026-11-30"]);
    kept.is(0, &["to make it the week's timetable: stasisd timetable plannings phones --publish "]);
    let id = kept.out.split_whitespace().last().unwrap().to_owned();
    run(&["plannings", "phones"]).is(0, &[&id, "2026-11-30  done", "8 of 8 cells", "in use"]);
    run(&["plannings", "phones", "--draft", &id]).is(0, &["phones 2026-11-30: draft"]);
    run(&["plannings", "phones", "--publish", &id]).is(0, &["phones 2026-11-30: published"]);
    run(&["plannings", "phones", "--delete", &id]).is(0, &["deleted"]);
    run(&["plannings", "phones", "--stop", &id]).is(65, &["404"]);
    run(&["retire", "phones", "2126-11-25"]).is(65, &["2126-11-25 is not over"]);
    run(&["retire", "phones", "2024-01-01"]).is(0, &["0 weeks retired"]);
    run(&["plan", "phones"]).is(64, &["Monday"]);
}

#[test]
fn a_week_of_a_file_is_told_with_its_penalties() {
    let place = Place::with("");
    let small = json!({
        "format": "tomatic-neutral/1", "name": "small", "days": ["mon"], "hours_per_day": 4, "lines": 1,
        "max_per_person_per_day": 2,
        "persons": [{"id": "anna", "weekly_load": 2, "busy": [["mon", 0, "meeting"]]}, {"id": "ben", "weekly_load": 1}],
    });
    let file = place.write("small.json", &small.to_string());
    let said = place.run(&["timetable", "plan", file.to_str().unwrap()]);
    said.is(0, &["120 points, bound 120: none is better", "   100  ", "    20  ", "3 of 4 cells filled"]);
}

#[test]
fn a_large_week_stopped_after_two_seconds_is_a_valid_timetable() {
    let place = Place::with("");
    let large = week::made(7, 120, 8, 10);
    let file = place.write("large.json", &large.to_string());
    let out = place.path("out.json");
    let words =
        ["timetable", "plan", file.to_str().unwrap(), "--seconds", "2", "--out", out.to_str().unwrap()];
    place.run(&words).is(0, &["points, bound", "best "]);
    let answer: Value = serde_json::from_str(&std::fs::read_to_string(out).unwrap()).unwrap();
    let problem = Problem::read(&large.to_string()).unwrap();
    let days = serde_json::from_value(answer["timetable"].clone()).unwrap();
    let check = check(&problem, &Grid::from_ids(&problem, &days).unwrap());
    assert_eq!((check.conflicts, json!(check.penalty)), (vec![], answer["penalty"].clone()));
}

//! `doctor` on a machine with something wrong: each finding has its mend.

use std::{net::TcpListener, os::unix::fs::PermissionsExt};

use super::Place;

fn place() -> Place {
    let place = Place::with("");
    let folder = place.path("data");
    std::fs::create_dir(&folder).unwrap();
    let folder = folder.display();
    place.write(
        "conf.d/data.toml",
        &format!(
            "[storage]\nurl = \"sqlite://{folder}/stasisd.db\"\n[speech]\ncache_directory = \"{folder}/prompts\"\n\
             [http]\nlisten = \"127.0.0.1:0\"\n[fastagi]\nlisten = \"127.0.0.1:0\"\n[ari]\nurl = \"http://127.0.0.1:1\"\n"
        ),
    );
    place
}

#[test]
fn it_tells_what_it_looked_at() {
    let said = place().run(&["doctor"]);
    for line in ["ok    configuration", "ok    clock", "ok    user", "ok    control port", "ok    fastagi"] {
        assert!(said.out.contains(line), "{line:?} is missing in\n{}", said.out);
    }
}

#[test]
fn a_port_that_another_program_holds_is_told() {
    let place = place();
    let stranger = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = stranger.local_addr().unwrap();
    // It hangs up on whoever comes.
    std::thread::spawn(move || stranger.incoming().for_each(drop));
    place.write("conf.d/port.toml", &format!("[http]\nlisten = \"{listen}\"\n"));
    place
        .run(&["doctor"])
        .is(1, &["FAIL  control port", "in use by another program", "choose another http.listen"]);
}

#[test]
fn a_fastagi_port_that_another_program_holds_is_told() {
    let place = place();
    let stranger = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = stranger.local_addr().unwrap();
    std::thread::spawn(move || stranger.incoming().for_each(drop));
    place.write("conf.d/port.toml", &format!("[fastagi]\nlisten = \"{listen}\"\n"));
    place
        .run(&["doctor"])
        .is(1, &["FAIL  fastagi", "in use by another program", "choose another fastagi.listen"]);
}

#[test]
fn a_secret_that_all_may_read_is_told() {
    let place = place();
    std::fs::set_permissions(place.path("password"), PermissionsExt::from_mode(0o644)).unwrap();
    place.run(&["doctor"]).is(1, &["FAIL  secrets", "everybody may read", "chmod o="]);
}

#[test]
fn values_that_cannot_work_end_it_first() {
    let place = place();
    place.write("conf.d/z.toml", "[ari]\nhttp_pool = 99\n");
    place.run(&["doctor"]).is(78, &["ari.http_pool"]);
}

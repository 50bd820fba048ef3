//! Commands that end by themselves: `check`, `config`, `completions`, and a wrong command line.

use super::Place;

#[test]
fn a_good_configuration_has_nothing_wrong() {
    Place::with("").run(&["check"]).is(0, &["built-in defaults", "stasisd.toml", "nothing is wrong"]);
}

#[test]
fn check_names_every_bad_value_and_its_mend() {
    let place = Place::with("[ari]\nhttp_pool = 40\n[calls]\ntime_zone = \"Mars/Olympus\"\n");
    let words =
        ["ari.http_pool: 40 is out of bounds", "set it to 1 up to 16", "calls.time_zone", "2 problems"];
    place.run(&["check"]).is(78, &words);
    place.run(&["run"]).is(78, &["ari.http_pool", "calls.time_zone"]);
}

#[test]
fn a_token_is_made_without_the_ari_password() {
    let place = Place::with("");
    let database = format!("sqlite://{}", place.path("stasisd.db").display());
    let mut command = place.command(&["token", "create", "web shop", "--scopes", "orders:write"]);
    command.env_remove("STASISD_ARI__PASSWORD_FILE").env("STASISD_STORAGE__URL", database);
    let said = super::said(&command.output().unwrap());
    said.is(0, &["web shop"]);
    assert!(said.out.starts_with("stasisd_"), "{}", said.out);
}

#[test]
fn check_reads_the_flows_too() {
    let place = Place::with("");
    place.write("flows/broken.toml", "start = \"nowhere\"\n[steps.bye]\ndo = \"hangup\"\n");
    place.run(&["check"]).is(65, &["flows/broken.toml:1: error:", "nowhere"]);
}

#[test]
fn check_reads_certificates_and_looks_for_the_default_flow() {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tls");
    let tls = |certificate: &str| {
        format!("[http.tls]\ncertificate = \"{fixtures}/{certificate}\"\nkey = \"{fixtures}/key.pem\"\n")
    };
    Place::with(&tls("certificate.pem")).run(&["check"]).is(0, &["nothing is wrong"]);
    Place::with(&tls("none.pem")).run(&["check"]).is(78, &["none.pem", "1 problem"]);
    let place = Place::with(&format!("[ari]\nca_file = \"{fixtures}/key.pem\"\n"));
    place.run(&["check"]).is(78, &["ari.ca_file: ", "key.pem holds no certificate"]);
    let place = Place::with("[flows]\ndefault = \"greetings\"\n");
    place.run(&["check"]).is(65, &["flows.default: \"greetings\" is in no file there", "1 problem"]);
}

#[test]
fn check_looks_for_the_flows_of_calls_that_we_place() {
    let rule = |flow: &str| {
        format!(
            "[[outbound.notify]]\nstatus = \"ready\"\n[[outbound.notify]]\nstatus = \"sent\"\nflow = {flow:?}\n"
        )
    };
    let gateway = "[gateways.north]\nendpoints = [{ name = \"a\", dial = \"PJSIP/{number}@a\" }]\n";
    Place::with(&rule("message")).run(&["check"]).is(0, &["nothing is wrong"]);
    let place = Place::with(&rule("greetings"));
    let file =
        place.write("conf.d/60-calls.toml", &format!("[outbound]\nmessage_flow = \"speech\"\n{gateway}"));
    let rules = format!("{}: outbound.notify[1].flow: \"greetings\"", place.path("stasisd.toml").display());
    let message = format!("{}: outbound.message_flow: \"speech\"", file.display());
    place.run(&["check"]).is(65, &[&rules, &message, "2 problems"]);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let place = Place::with("");
    place
        .run(&["check", "--config", "/nowhere/stasisd.toml"])
        .is(78, &["/nowhere/stasisd.toml: cannot read"]);
}

#[test]
fn secrets_are_never_shown() {
    let place = Place::with("[storage]\nurl = \"postgres://me:hidden@db/calls\"\n");
    place.write("conf.d/password.toml", "[orders.source]\nurl = \"https://x.example\"\ntoken = \"hidden\"\n");
    let said = place.run(&["config", "show"]);
    said.is(0, &["postgres://me:***@db/calls", "token = \"***\"", "password_file"]);
    assert!(!said.out.contains("hidden") && !said.out.contains("a secret of ours"), "{}", said.out);
}

#[test]
fn the_defaults_can_be_copied_from() {
    Place::with("").run(&["config", "defaults"]).is(0, &["[ari]", "# Name of the Stasis application"]);
}

#[test]
fn a_wrong_command_line_is_64() {
    let place = Place::with("");
    place.run(&["dance"]).is(64, &["dance"]);
    place.run(&["--help"]).is(0, &["Exit codes:", "78  the configuration cannot be used"]);
    place.run(&["--version"]).is(0, &[env!("CARGO_PKG_VERSION")]);
}

#[test]
fn shells_get_completions() {
    let place = Place::with("");
    for shell in ["bash", "zsh", "fish"] {
        place.run(&["completions", shell]).is(0, &["doctor", "stasisd"]);
    }
}

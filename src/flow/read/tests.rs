//! Broken files and what is said of them: line, key, message.

use super::read;

/// A flow of these lines, with a `bye` step at its end. Lines of `text` begin at line 4.
fn file(text: &str) -> String {
    format!(
        "description = 'A test'\nlanguages = ['en', 'es']\nstart = 'one'\n{text}\n[steps.bye]\ndo = 'hangup'\n"
    )
}

fn told(source: &str) -> Vec<String> {
    let (flow, problems) = read("test", "test.toml", source);
    assert_eq!(
        flow.is_none(),
        problems.iter().any(super::Problem::is_error),
        "refused exactly with an error"
    );
    problems.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn only(text: &str, expected: &str) {
    let told = told(&file(text));
    assert_eq!(told, [expected.to_owned()], "\nof:\n{text}");
}

#[test]
fn a_good_file_has_no_problem() {
    assert_eq!(told(&file("[steps.one]\ndo = 'say'\nsay.en = 'Hi'\nsay.es = 'Hola'\nnext = 'bye'")), [""; 0]);
}

#[test]
fn toml_itself() {
    let told = |text: &str| told(&file(text)).remove(0);
    assert_eq!(told("[steps.one]\ndo = 'goto'\ndo = 'say'"), "test.toml:6: error: duplicate key");
    assert!(told("[steps.one\n").starts_with("test.toml:4: error: "));
    assert!(told("[steps.bye]").starts_with("test.toml:5: error: "), "a step twice");
}

#[test]
fn unknown_words() {
    only(
        "[steps.one]\ndo = 'sya'\n",
        "test.toml:5: error: steps.one.do: there is no kind of step \"sya\"; did you mean \"say\"? (there are say, menu, \
         collect, lookup, choose, set, dial, connect, transfer, record, webhook, goto, pause, hangup)",
    );
    only(
        "[steps.one]\ndo = 'goto'\nto = 'bye'\nnxt = 'bye'",
        "test.toml:7: error: steps.one.nxt: unknown key (known here: do, note, to)",
    );
    let twice = told(&file("[steps.one]\ndo = 'pause'\nnext = 'bye'\nseconds = 3"));
    assert_eq!(
        twice[1],
        "test.toml:7: error: steps.one.seconds: unknown key (known here: do, note, secs, next)"
    );
    only(
        "discription = 'x'\n[steps.one]\ndo = 'goto'\nto = 'bye'",
        "test.toml:4: error: discription: unknown key; did you mean \"description\"? (known here: description, \
         languages, start, needs, vars, anytime, on_fault, phrases, steps)",
    );
    only(
        "[steps.one]\ndo = 'goto'\nto = 'bey'",
        "test.toml:6: error: steps.one.to: there is no step \"bey\"; did you mean \"bye\"?",
    );
    only(
        "[steps.one]\ndo = 'lookup'\nsource = 'weather'\nnone = 'bye'\none = 'bye'\nmany = 'bye'",
        "test.toml:6: error: steps.one.source: there are only the sources \"orders\" and \"contact\"",
    );
}

#[test]
fn missing_words() {
    only(
        "[steps.one]\ndo = 'say'\nsay.en = 'Hi'\nsay.es = 'Hola'",
        "test.toml:4: error: steps.one.next: is missing: the step after it",
    );
    only(
        "[steps.one]\ndo = 'transfer'\nto = { refer = 'sip:1@h' }",
        "test.toml:4: error: steps.one.refused: is missing: a REFER can be refused; name a step, or end `to` with \
         \"operator\"",
    );
    let told = told("start = 'one'\n[steps.one]\ndo = 'hangup'");
    assert_eq!(
        told,
        ["test.toml:1: error: description: is missing: one sentence that says what callers get here"]
    );
}

#[test]
fn languages() {
    only(
        "[steps.one]\ndo = 'say'\nsay.en = 'Hi'\nnext = 'bye'",
        "test.toml:6: error: steps.one.say: has no text for es",
    );
    only(
        "[steps.one]\ndo = 'say'\nsay = 'Hi'\nnext = 'bye'",
        "test.toml:6: error: steps.one.say: is one text for several languages: give one for each of en, es",
    );
    only(
        "[steps.one]\ndo = 'say'\nsay = { en = 'Hi', es = 'Hola', fr = 'Salut' }\nnext = 'bye'",
        "test.toml:6: error: steps.one.say.fr: is not one of the flow's languages",
    );
    only(
        "[steps.one]\ndo = 'set'\nset = { language = 'fr' }\nnext = 'bye'",
        "test.toml:6: error: steps.one.set.language: the flow does not speak \"fr\"; its languages are en, es",
    );
    let told = told("description = 'x'\nlanguages = ['de']\nstart = 'one'\n[steps.one]\ndo = 'hangup'");
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(
        told[0]
            .starts_with("test.toml:1: error: phrases.system.no_input: is missing: de has no sentence like")
    );
}

#[test]
fn templates_and_variables() {
    only(
        "[steps.one]\ndo = 'say'\nsay.en = '{{ now.date | date }}'\nsay.es = '{{ }'\nnext = 'bye'",
        "test.toml:7: error: steps.one.say.es: the template has a fault: syntax error: unexpected `}`",
    );
    only(
        "[steps.one]\ndo = 'say'\nsay = '{{ now.date | dat }}'\nnext = 'bye'",
        "test.toml:6: error: steps.one.say: there is no filter \"dat\"",
    );
    only(
        "[steps.one]\ndo = 'say'\nsay = '{{ phrase(\"stats\", \"x\") }}'\nnext = 'bye'",
        "test.toml:6: error: steps.one.say: there is no [phrases.stats]",
    );
    let outside = "(what is given from outside belongs into `needs`)";
    assert_eq!(
        told(&file(
            "[steps.one]\ndo = 'lookup'\nsource = 'orders'\nnone = 'bye'\none = 'two'\nmany = 'bye'\n[steps.two]\n\
             do = 'say'\nsay = '{{ ordr.id }} {{ vars.ordrs }} {{ key }} {{ caller.number }}'\nnext = 'bye'"
        )),
        [
            format!("test.toml:12: error: steps.two.say: no step sets \"key\" {outside}"),
            format!(
                "test.toml:12: error: steps.two.say: no step sets \"ordr\"; did you mean \"order\"? {outside}"
            ),
            format!(
                "test.toml:12: error: steps.two.say: no step sets \"ordrs\"; did you mean \"orders\"? {outside}"
            ),
        ]
    );
}

#[test]
fn conditions() {
    only(
        "[steps.one]\ndo = 'choose'\nwhen = [\n  { if = 'now.hour >', next = 'bye' },\n]\nelse = 'bye'",
        "test.toml:7: error: steps.one.when[0].if: the expression has a fault: syntax error: unexpected end of input, \
         expected expression",
    );
}

#[test]
fn circles() {
    only(
        "[steps.one]\ndo = 'choose'\nwhen = [{ if = 'true', next = 'bye' }]\nelse = 'two'\n[steps.two]\ndo = 'goto'\nto = 'two'",
        "test.toml:8: error: steps.two: from step \"two\" no hangup and no transfer can be reached: callers would go \
         round for ever",
    );
}

#[test]
fn keys() {
    only(
        "anytime.9 = 'bye'\n[steps.one]\ndo = 'menu'\nsay.recorded = 'x'\ngive_up = 'bye'\nkeys.9 = 'one'",
        "test.toml:5: error: steps.one.keys.9: key 9 leads elsewhere by [anytime]: take another one",
    );
    only(
        "[steps.one]\ndo = 'menu'\nsay.recorded = 'x'\ngive_up = 'bye'\nkeys.12 = 'one'",
        "test.toml:8: error: steps.one.keys.12: \"12\" is not a key: 0 to 9, \"*\", \"#\" (or A to D)",
    );
    only(
        "[anytime]\n'#' = 'bye'\n[steps.one]\ndo = 'collect'\nsay.recorded = 'x'\ninto = 'x'\nnext = 'bye'\ngive_up = 'bye'",
        "test.toml:6: error: steps.one.terminator: key # leads elsewhere by [anytime]: take another one",
    );
}

#[test]
fn bounds() {
    only(
        "[steps.one]\ndo = 'menu'\nsay.recorded = 'x'\ngive_up = 'bye'\nkeys.1 = 'one'\ntries = 11",
        "test.toml:9: error: steps.one.tries: is out of bounds: 1 to 10",
    );
    only(
        "[steps.one]\ndo = 'pause'\nsecs = 0\nnext = 'bye'",
        "test.toml:6: error: steps.one.secs: is out of bounds: 0.1 to 60 seconds",
    );
    only(
        "[steps.one]\ndo = 'pause'\nsecs = 'long'\nnext = 'bye'",
        "test.toml:6: error: steps.one.secs: should be a number of seconds, not a text",
    );
}

#[test]
fn what_comes_from_outside_is_kept_from_commands() {
    for (text, key, name) in [
        (
            "do = 'dial'\nto = 'PJSIP/{{ caller.number }}'\nanswered = 'bye'\nfailed = 'bye'",
            "to",
            "caller.number",
        ),
        ("do = 'webhook'\nurl = 'https://h/{{ call.id }}'\nok = 'bye'\nfailed = 'bye'", "url", "call.id"),
        (
            "do = 'transfer'\nto = { refer = 'sip:{{ caller.name }}@h' }\nrefused = 'bye'",
            "to.refer",
            "caller.name",
        ),
    ] {
        let expected = format!(
            "test.toml:6: error: steps.one.{key}: may read `settings` only, not `{name}`: what comes from outside must \
             not get here"
        );
        only(&format!("[steps.one]\n{text}"), &expected);
    }
    only(
        "[steps.one]\ndo = 'transfer'\nto = { context = 'a,s,1' }",
        "test.toml:6: error: steps.one.to.context: has A-Z a-z 0-9 and _ - + * # . only, at most 80, and no templates",
    );
    only(
        "[steps.one]\ndo = 'say'\nsay.recorded = '../../etc/passwd'\nnext = 'bye'",
        "test.toml:6: error: steps.one.say.recorded: should be a prompt's name (A-Z a-z 0-9 _ - /, no ending), or a list \
         of them",
    );
}

#[test]
fn garbage_is_refused_and_never_a_panic() {
    let good = file(
        "[steps.one]\ndo = 'menu'\nsay = { en = '{{ now.hour }}', es = 'b' }\nkeys.1 = 'bye'\ngive_up = 'bye'",
    );
    for cut in (0..good.len()).filter(|cut| good.is_char_boundary(*cut)) {
        let _ = read("test", "test.toml", &good[..cut]);
        let mut changed = good.clone().into_bytes();
        changed[cut] = changed[cut].wrapping_add(13) & 0x7f;
        let _ = read("test", "test.toml", &String::from_utf8_lossy(&changed));
    }
}

//! Each kind of step, and what a caller may do to it; the flows are written here.

use serde_json::json;
use stasisd::{calls::Dialled, model::Contact};

use crate::{
    caller::End,
    phone::{Caller, flows},
};

const HEAD: &str = "description = 'A test'\nstart = 'one'\n";
const REST: &str = "\n[steps.bye]\ndo = 'hangup'\nsay = 'Bye.'\n[steps.other]\ndo = 'transfer'\nto = { context = 'other' }\n";

/// A caller of a flow with these steps, and `bye` (hangup) and `other` (transfer to `other`).
fn caller(steps: &str) -> Caller {
    let set =
        flows(&[("test", &format!("{HEAD}{steps}{REST}"))], json!({ "desk": "101", "host": "10.0.0.1" }));
    Caller::of(set, "test")
}

#[tokio::test(start_paused = true)]
async fn keys_during_a_plain_prompt_are_kept_for_the_question() {
    caller(
        "[steps.one]\ndo = 'say'\nsay = 'Welcome.'\nnext = 'two'
         [steps.two]\ndo = 'menu'\nsay = 'Press 2.'\nkeys.2 = 'other'\ngive_up = 'bye'",
    )
    .hears("Welcome")
    .presses('2')
    .is_transferred_to("other")
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_prompt_without_barge_in_is_heard_to_its_end() {
    caller(
        "[steps.one]\ndo = 'say'\nsay = 'This call is recorded.'\nbarge_in = false\nnext = 'two'
         [steps.two]\ndo = 'say'\nsay = 'Never heard: a key waits.'\nnext = 'three'
         [steps.three]\ndo = 'menu'\nsay = 'Press 2.'\nkeys.2 = 'other'\ngive_up = 'bye'",
    )
    .hears("recorded")
    .presses('2')
    .is_transferred_to("other")
    .await;
}

const COLLECT: &str = "
[anytime]
'*' = 'other'
[steps.one]
do = 'collect'
say = 'Your code?'
into = 'code'
digits = 4
tries = 2
valid = \"code != '0000'\"
confirm = 'You typed {{ code | digits }}.'
give_up = 'bye'
next = 'done'
[steps.done]
do = 'say'
say = 'Code {{ code }}.'
next = 'bye'
";

#[tokio::test(start_paused = true)]
async fn digits_are_collected_checked_and_read_back() {
    let typed = |mut call: Caller, keys: &str| {
        for key in keys.chars() {
            call = call.presses(key);
        }
        call
    };
    let call = typed(caller(COLLECT).hears("Your code?"), "1234").hears("You typed 1").presses('1');
    call.hears("Code 1234.").hears("Bye").is_hung_up().await;
    let call = typed(caller(COLLECT).hears("Your code?"), "1234").hears("You typed").presses('2');
    let call = typed(call.hears("Your code?"), "9876").hears("You typed").presses('1');
    call.hears("Code 9876").hears("Bye").is_hung_up().await;
    let call = typed(caller(COLLECT).hears("Your code?"), "0000").hears("not one of the choices");
    call.hears("Your code?").waits().hears("Bye").is_hung_up().await;
    let call = typed(caller(COLLECT).hears("Your code?"), "12#").hears("not one of the choices");
    call.hears("Your code?").waits().hears("Bye").is_hung_up().await;
    typed(caller(COLLECT).hears("Your code?"), "12*").is_transferred_to("other").await;
    typed(caller(COLLECT).hears("Your code?"), "1234")
        .hears("You typed")
        .presses('*')
        .is_transferred_to("other")
        .await;
}

const DIAL: &str = "
[steps.one]
do = 'dial'
say = 'One moment.'
to = 'PJSIP/{{ settings.desk }}'
caller_id = '+34930000000'
answered = 'bye'
busy = 'other'
failed = 'sorry'
[steps.sorry]
do = 'say'
say = 'Sorry.'
next = 'bye'
";

#[tokio::test(start_paused = true)]
async fn dialling_has_an_exit_for_each_outcome() {
    let line =
        caller(DIAL).hears("One moment").dialled_party(Dialled::Talked).hears("Bye").is_hung_up().await;
    assert_eq!((line.dials[0].endpoint.as_str(), line.durable), ("PJSIP/101", 1));
    caller(DIAL).hears("One moment").dialled_party(Dialled::Busy).is_transferred_to("other").await;
    for outcome in [Dialled::NoAnswer, Dialled::Rejected, Dialled::Failed(Some(38))] {
        caller(DIAL)
            .hears("One moment")
            .dialled_party(outcome)
            .hears("Sorry")
            .hears("Bye")
            .is_hung_up()
            .await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_refer_falls_to_the_next_way() {
    let ways = "[steps.one]\ndo = 'transfer'\nsay = 'Connecting.'\nto = [{ refer = 'sip:9001@{{ settings.host }}' }, 'operator']";
    let line = caller(ways).hears("Connecting").refuses_refer().is_transferred_to("operators").await;
    assert_eq!(line.refers, ["sip:9001@10.0.0.1"]);
    // After a crash it may have been sent: it is not sent again, and the next way is taken.
    let line = caller(ways).taken_up_at("one").is_transferred_to("operators").await;
    assert!(line.refers.is_empty(), "{:?}", line.refers);
    let exit = "[steps.one]\ndo = 'transfer'\nto = { refer = 'sip:9001@h' }\nrefused = 'bye'";
    caller(exit).refuses_refer().hears("Bye").is_hung_up().await;
}

const HOOK: &str = "
[steps.one]
do = 'webhook'
url = 'https://{{ settings.host }}/x'
body = { from = '{{ caller.number }}', name = '{{ caller.name }}', list = [1, { n = { expr = '1 + 1' } }] }
into = 'answer'
ok = 'told'
failed = 'other'
[steps.told]
do = 'say'
say = 'Number {{ answer.body.number }}.'
next = 'bye'
";

#[tokio::test(start_paused = true)]
async fn a_webhook_is_posted_with_a_key_and_answered() {
    let call = caller(HOOK).webhook_answers(Ok((200, json!({ "number": 7 }))));
    let posted = std::sync::Arc::clone(&call.world.posted);
    let line = call.hears("Number 7.").hears("Bye").is_hung_up().await;
    let posted = posted.lock().unwrap().remove(0);
    assert_eq!(posted.url, "https://10.0.0.1/x");
    assert_eq!(posted.body, json!({ "from": "+34600000001", "name": "Anna  X: y", "list": [1, { "n": 2 }] }));
    assert!(posted.idempotency_key.ends_with("-1"), "{}", posted.idempotency_key);
    assert_eq!(line.durable, 1, "it is on disk that the step was entered before it happens");
    for answer in [Ok((500, json!({}))), Err("refused".to_owned()), Ok((200, json!("x".repeat(20_000))))] {
        caller(HOOK).webhook_answers(answer).is_transferred_to("other").await;
    }
}

#[tokio::test(start_paused = true)]
async fn recordings_too_short_are_told_apart() {
    let steps = "[steps.one]\ndo = 'record'\nsay = 'Speak.'\ninto = 'voice'\nmin_secs = 2\ntoo_short = 'bye'\nnext = 'two'
                 [steps.two]\ndo = 'say'\nsay = '{{ voice.name }}: {{ voice.seconds }}'\nnext = 'bye'";
    caller(steps).hears("Speak").talks_for(5).hears("recording-1: 5").hears("Bye").is_hung_up().await;
    caller(steps).hears("Speak").talks_for(1).hears("Bye").is_hung_up().await;
}

#[tokio::test(start_paused = true)]
async fn a_fault_is_told_and_reaches_the_operators() {
    let missing = "[vars]\nx = 1\n[steps.one]\ndo = 'say'\nsay = '{{ x.y.z }}'\nnext = 'bye'";
    let line = caller(missing).hears("technical problem").meets_a_fault_and_reaches("operators").await;
    assert!(matches!(&line.end, Some(End::Continued(_, why)) if why.contains("flow: steps.one.say")));
    let own = format!("on_fault = 'other'\n{missing}");
    caller(&own).meets_a_fault_and_reaches("other").await;
}

#[tokio::test(start_paused = true)]
async fn circles_come_to_an_end() {
    let quiet = "[steps.one]\ndo = 'choose'\nwhen = [{ if = 'now.hour > 24', next = 'bye' }]\nelse = 'one'";
    caller(quiet).hears("technical problem").meets_a_fault_and_reaches("operators").await;
    let phrases = "[phrases.a]\nb = \"{{ phrase('a', 'b') }}\"\n[steps.one]\ndo = 'say'\nsay = \"{{ phrase('a', 'b') }}\"\nnext = 'bye'";
    caller(phrases).hears("technical problem").meets_a_fault_and_reaches("operators").await;
    let endless = "[steps.one]\ndo = 'say'\nsay = '{% for i in range(90000) %}{% for j in range(90000) %}{% endfor %}{% endfor %}'\nnext = 'bye'";
    caller(endless).hears("technical problem").meets_a_fault_and_reaches("operators").await;
}

#[tokio::test(start_paused = true)]
async fn variables_are_bounded() {
    let many: Vec<String> = (0..14).map(|n| format!("v{n} = '{}'", "x".repeat(3_900))).collect();
    let steps = format!("[steps.one]\ndo = 'set'\nnext = 'bye'\n[steps.one.set]\n{}", many.join("\n"));
    caller(&steps).hears("technical problem").meets_a_fault_and_reaches("operators").await;
}

#[tokio::test(start_paused = true)]
async fn what_a_flow_needs_must_be_given() {
    let steps = "needs = ['name']\n[steps.one]\ndo = 'say'\nsay = 'Hello {{ name }}.'\nnext = 'bye'";
    caller(steps).starts_with("name", json!("Anna")).hears("Hello Anna.").hears("Bye").is_hung_up().await;
}

#[tokio::test(start_paused = true)]
async fn a_key_for_any_time_works_behind_others() {
    let steps = "[anytime]\n'*' = 'other'\n[steps.one]\ndo = 'say'\nsay = 'Welcome.'\nnext = 'bye'";
    caller(steps).hears("Welcome").presses('5').presses('*').is_transferred_to("other").await;
    caller(steps).hears("Welcome").presses('5').hears("Bye").is_hung_up().await;
    caller(steps).hears("Welcome").hears("Bye").presses('*').is_transferred_to("other").await;
}

const WHO: &str = "
[steps.one]
do = 'lookup'
source = 'contact'
none = 'bye'
found = 'two'
fault = 'other'
[steps.two]
do = 'say'
say = 'Hello {{ contact.name }} of {{ contact.facts.City }}.'
next = 'bye'
";

#[tokio::test(start_paused = true)]
async fn a_contact_is_greeted_by_name() {
    let anna = Contact {
        name: "Anna ${SHELL(x)}".to_owned(),
        facts: json!({ "City": "Girona" }).as_object().cloned().unwrap(),
        ..Contact::default()
    };
    let mut call = caller(WHO);
    call.world.contact = Ok(Some(anna));
    call.hears("Hello Anna ${SHELL(x)} of Girona.").hears("Bye").is_hung_up().await;
    caller(WHO).hears("Bye").is_hung_up().await;
    let mut call = caller(WHO);
    call.world.contact = Err("away".to_owned());
    call.is_transferred_to("other").await;
}

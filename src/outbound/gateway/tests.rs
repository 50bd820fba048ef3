//! A gateway as its callers see it: what it dials, and that its counts are right in any order of acts.

use std::{sync::LazyLock, time::Duration};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::model::{Country, Lane, Reach};

const NORTH: &str = r#"
    endpoints = [{ name = "a", dial = "PJSIP/{number}@north-a" }]
    numbers = ["101", "2XX", "112", "1XX"]
    caller_id = "+34900000001"
    caller_ids = ["+34900000002"]
    calls_per_second = 1000.0
    max_calls = 10
    alert_share_percent = 20
    max_calls_per_number_per_day = 0
    set_aside_after = 3
    slow_after = 20
"#;

fn gateways(tables: &[(&str, &str)]) -> Gateways {
    static DEFAULTS: LazyLock<Config> = LazyLock::new(|| Config::defaults().unwrap());
    let mut config = DEFAULTS.clone();
    for (name, table) in tables {
        config.gateways.insert((*name).to_owned(), toml::from_str(table).unwrap());
    }
    Gateways::new(&config).unwrap()
}

/// `NORTH` with other values for some keys.
fn north(changes: &str) -> Arc<Gateway> {
    let mut table: toml::Table = NORTH.parse().unwrap();
    table.extend(changes.parse::<toml::Table>().unwrap());
    gateways(&[("north", &table.to_string())]).get("north").unwrap()
}

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text, None).unwrap()
}

/// A number as a table or a message could bring it, unparsed.
fn raw(text: &str) -> PhoneNumber {
    serde_json::from_value(serde_json::Value::from(text)).unwrap()
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_800_000_000_000 + ms).unwrap()
}

fn dialled(gateway: &Arc<Gateway>, number: &PhoneNumber, ms: i64) -> Option<String> {
    gateway.take(Lane::Alert, number, at(ms)).ok().map(|slot| slot.dial_string().to_owned())
}

#[test]
fn the_number_stands_in_its_place() {
    let spain = number("+34600000001");
    for (form, wanted) in [("number", "+34600000001"), ("digits", "34600000001"), ("national", "600000001")] {
        let gateway = north(&format!(
            "endpoints = [{{ name = 'a', dial = 'PJSIP/{{{form}}}@x' }}]\nprefixes = ['+34']"
        ));
        assert_eq!(dialled(&gateway, &spain, 0), Some(format!("PJSIP/{wanted}@x")));
        assert_eq!(dialled(&gateway, &number("215"), 50), Some("PJSIP/215@x".to_owned()));
    }
}

#[test]
fn short_emergency_dear_and_unknown_numbers_must_be_named() {
    let gateway = north("");
    let refused = |text: &str| gateway.takes(&raw(text)).unwrap_err();
    for text in ["+34600000001", "101", "215", "112", "188"] {
        assert_eq!(gateway.takes(&raw(text)), Ok(()), "{text}");
    }
    // Those below 1XX are no extensions, and a pattern does not name them.
    for text in ["110", "119", "911", "999", "000"] {
        assert!(matches!(refused(text), Refused::Emergency { .. }), "{text}");
    }
    assert!(matches!(refused("600000001"), Refused::Short { .. }));
    assert!(matches!(refused("+34806000001"), Refused::Premium { .. }));
    for text in ["+34112", "+341", "+999600000001", "+345550000001"] {
        assert!(matches!(refused(text), Refused::Invalid { .. }), "{text}");
    }
    let german = north("prefixes = ['+49']\nnumbers = ['+34806XXXXXX']");
    assert!(matches!(german.takes(&number("+34600000001")), Err(Refused::Prefix { .. })));
    assert_eq!(german.takes(&number("+34806000001")), Ok(()));
    assert_eq!(german.takes(&number("+4930901820")), Ok(()));
}

#[test]
fn what_is_refused_is_masked_and_says_how_to_mend_it() {
    let text = north("prefixes = ['+49']").takes(&number("+34600000001")).unwrap_err().to_string();
    assert!(text.contains("gateways.north.prefixes") && !text.contains("600000"), "{text}");
}

#[test]
fn the_first_gateway_that_takes_a_number_is_chosen() {
    let german = NORTH.replace("numbers", "prefixes = ['+49']\n numbers");
    let all = gateways(&[("a", &german), ("b", NORTH)]);
    let name = |name, to: &str| all.choose(name, &number(to)).map(|gateway| gateway.name().to_owned());
    assert_eq!(name(None, "+4930901820"), Ok("a".to_owned()));
    assert_eq!(name(None, "+34600000001"), Ok("b".to_owned()));
    assert!(matches!(name(Some("a"), "+34600000001"), Err(Refused::Prefix { .. })));
    assert!(matches!(name(Some("c"), "+34600000001"), Err(Refused::Unknown { .. })));
    assert!(matches!(name(None, "911"), Err(Refused::Nobody(_))));
    assert_eq!(gateways(&[]).choose(None, &number("101")).unwrap_err(), Refused::NoGateway);
}

#[test]
fn only_allowed_caller_ids_are_shown() {
    let gateway = north("");
    let shown = |wanted: Option<&str>| gateway.caller_id(wanted.map(raw).as_ref());
    assert_eq!(shown(None), Ok(Some(number("+34900000001"))));
    for allowed in ["+34900000001", "+34900000002"] {
        assert_eq!(shown(Some(allowed)), Ok(Some(number(allowed))));
    }
    assert!(matches!(shown(Some("+34900000003")), Err(Refused::CallerId { .. })));
    let any = north("caller_ids = ['*']");
    assert_eq!(any.caller_id(Some(&number("101"))), Ok(Some(number("101"))));
    assert_eq!(any.caller_id(Some(&raw("1\r\nX: y"))), Err(Refused::NotANumber));
}

#[test]
fn lines_are_kept_for_alerts() {
    let (gateway, to) = (north(""), number("101"));
    let mut slots: Vec<_> = (0..8).map(|n| gateway.take(Lane::Campaign, &to, at(n * 50)).unwrap()).collect();
    assert_eq!(gateway.take(Lane::Callback, &to, at(500)).unwrap_err(), NotNow::Full);
    slots.extend((0..2).map(|n| gateway.take(Lane::Alert, &to, at(600 + n * 50)).unwrap()));
    assert_eq!(gateway.take(Lane::Alert, &to, at(900)).unwrap_err(), NotNow::Full);
    slots.remove(0);
    assert!(gateway.take(Lane::Callback, &to, at(1000)).is_ok());
    drop(slots);
    assert_eq!(gateway.status(at(1000)).calls, 0);
    let single = north("max_calls = 1");
    assert!(single.take(Lane::Campaign, &to, at(0)).is_ok(), "one line is everybody's");
}

#[test]
fn the_day_and_the_number_have_their_limits() {
    let gateway = north("max_calls_per_day = 5\nmax_calls_per_number_per_day = 2");
    let (one, other) = (number("101"), number("201"));
    // 2027-01-15 08:00 UTC.
    let (now, tomorrow) = (at(0), "2027-01-16T00:00:00Z".parse().unwrap());
    assert_eq!(gateway.day_began(now), "2027-01-15T00:00:00Z".parse().unwrap());
    gateway.counted([(one.clone(), 1), (other.clone(), 1)], now);
    gateway.take(Lane::Alert, &one, at(50)).unwrap().give_back();
    assert!(dialled(&gateway, &one, 100).is_some());
    assert_eq!(gateway.take(Lane::Alert, &one, at(150)).unwrap_err(), NotNow::Until(tomorrow));
    assert!(dialled(&gateway, &other, 200).is_some());
    assert_eq!(gateway.status(at(300)).calls_today, 4);
    assert!(dialled(&gateway, &number("202"), 300).is_some());
    assert_eq!(gateway.take(Lane::Alert, &number("203"), at(400)).unwrap_err(), NotNow::Until(tomorrow));
    assert!(gateway.take(Lane::Alert, &one, tomorrow).is_ok());
}

#[test]
fn calls_in_a_second_are_told_when() {
    let gateway = north("calls_per_second = 2.0");
    assert!(dialled(&gateway, &number("101"), 0).is_some());
    let wait = gateway.take(Lane::Alert, &number("101"), at(100)).unwrap_err();
    assert_eq!(wait, NotNow::After(Duration::from_millis(400)));
    assert_eq!(gateway.status(at(100)).calls_today, 1, "what was refused is not counted");
}

/// Takes a line, lets it come out so, and gives what changed.
fn call(gateway: &Arc<Gateway>, ms: i64, reach: Reach) -> (String, Vec<Change>) {
    let mut slot = gateway.take(Lane::Alert, &number("101"), at(ms)).unwrap();
    (slot.endpoint().to_owned(), slot.came_out(reach, Some(503), at(ms + 10)))
}

#[test]
fn a_failing_endpoint_is_set_aside_and_tried_with_one_call() {
    let gateway = north(
        "endpoints = [{ name = 'a', dial = 'PJSIP/{number}@a' }, { name = 'b', dial = 'PJSIP/{number}@b' }]",
    );
    for (ms, reach) in
        [(0, Reach::Unreachable), (50, Reach::Busy), (100, Reach::Unreachable), (150, Reach::Congestion)]
    {
        assert_eq!(call(&gateway, ms, reach), ("a".to_owned(), vec![]));
    }
    let changes = call(&gateway, 200, Reach::Unreachable).1;
    assert!(matches!(&changes[..], [Change::SetAside { endpoint, .. }] if endpoint == "a"), "{changes:?}");
    assert_eq!(call(&gateway, 1000, Reach::Heard).0, "b");
    // After 30 s one call tries it, and the others go on over b until that call tells.
    let mut trial = gateway.take(Lane::Alert, &number("101"), at(31_000)).unwrap();
    assert_eq!(trial.endpoint(), "a");
    assert_eq!(call(&gateway, 31_050, Reach::Heard).0, "b");
    assert!(matches!(trial.rings(at(31_100)), Some(Change::TakenBack { .. })));
    assert_eq!(call(&gateway, 31_150, Reach::Heard).0, "a");
    assert_eq!(trial.came_out(Reach::Heard, None, at(99_000)), []);
}

#[test]
fn without_any_endpoint_it_is_told_until_when() {
    let gateway = north("");
    for ms in [0, 50, 100] {
        call(&gateway, ms, Reach::Unreachable);
    }
    let refused = |ms| gateway.take(Lane::Alert, &number("101"), at(ms)).unwrap_err();
    assert_eq!(refused(200), NotNow::SetAside(at(30_110)));
    let trial = gateway.take(Lane::Alert, &number("101"), at(30_200)).unwrap();
    assert_eq!(refused(30_250), NotNow::Full);
    drop(trial);
    let mut second = gateway.take(Lane::Alert, &number("101"), at(30_300)).unwrap();
    assert_eq!(second.came_out(Reach::Unreachable, None, at(30_400)).len(), 1, "one failed trial is enough");
    assert_eq!(refused(30_500), NotNow::SetAside(at(60_400)));
}

#[test]
fn congestion_slows_and_busy_does_not() {
    let gateway = north("slow_after = 2\nset_aside_after = 100");
    for ms in 0..40 {
        assert_eq!(call(&gateway, ms * 50, [Reach::Busy, Reach::NoAnswer][usize::from(ms % 2 == 0)]).1, []);
    }
    call(&gateway, 3000, Reach::Congestion);
    let changes = call(&gateway, 3100, Reach::Congestion).1;
    assert_eq!(changes, [Change::Slowed { calls_per_second: 500.0 }]);
    assert_eq!(changes[0].data("north")["what"], "slowed");
}

#[test]
fn strategies_share_calls_as_they_say() {
    let endpoints = |strategy: &str| {
        north(&format!(
            "strategy = '{strategy}'\nendpoints = [{{ name = 'a', dial = 'PJSIP/{{number}}@a', weight = 3 }}, \
             {{ name = 'b', dial = 'PJSIP/{{number}}@b' }}, {{ name = 'c', dial = 'PJSIP/{{number}}@c' }}]"
        ))
    };
    for (strategy, wanted) in
        [("in_order", "aaaaaaaaaa"), ("round_robin", "abcabcabca"), ("weighted", "abacaabaca")]
    {
        let gateway = endpoints(strategy);
        let order: String = (0..10).map(|n| call(&gateway, n * 50, Reach::Busy).0).collect();
        assert_eq!(order, wanted, "{strategy}");
    }
}

/// What the fact sheets know that people have put into numbers.
const INJECTIONS: [&str; 24] = [
    "500&PJSIP/itsp/14165551212",
    "101&Local/s@default",
    "${EXTEN}",
    "101@evil",
    "101,30,g",
    "101;2",
    "101|30",
    "1(2)",
    "101 ",
    "+34600000001\r\nX-Evil: 1",
    "101\nAction: Originate",
    "101/n",
    "$(id)",
    "`id`",
    "101#",
    "*98",
    "101%26PJSIP/x",
    "sip:101@evil",
    "PJSIP/101",
    "oncall",
    "+",
    "",
    "١٠١",
    "1\u{0}01",
];

#[test]
fn no_injection_is_dialled() {
    let gateway = north("");
    for text in INJECTIONS {
        let taken = gateway.take(Lane::Alert, &raw(text), at(0)).map(|slot| slot.dial_string().to_owned());
        assert_eq!(taken, Err(NotNow::Refused(Refused::NotANumber)), "{text:?}");
    }
    assert_eq!(gateway.status(at(0)).calls_today, 0);
}

/// What can happen to the calls of a gateway.
#[derive(Clone, Debug)]
enum Act {
    Take(Lane, u8),
    CameOut(usize, Reach),
    Rings(usize),
    Drop(usize),
    GiveBack(usize),
    Wait(u16),
}

fn act() -> impl Strategy<Value = Act> {
    let lane = prop::sample::select(Lane::ALL.to_vec());
    let reach = prop::sample::select(vec![
        Reach::Heard,
        Reach::Busy,
        Reach::Congestion,
        Reach::Unreachable,
        Reach::Unknown,
    ]);
    prop_oneof![
        5 => (lane, 0..4_u8).prop_map(|(lane, to)| Act::Take(lane, to)),
        2 => (any::<usize>(), reach).prop_map(|(call, reach)| Act::CameOut(call, reach)),
        1 => any::<usize>().prop_map(Act::Rings),
        2 => any::<usize>().prop_map(Act::Drop),
        1 => any::<usize>().prop_map(Act::GiveBack),
        3 => any::<u16>().prop_map(Act::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Nothing but the template's own dial string ever comes out, whatever a number is made of.
    #[test]
    fn only_the_template_and_digits_are_dialled(
        text in prop_oneof![any::<String>(), r"[+]?[0-9&/@,;|()${} X*#\r\n-]{0,20}", r"\+?[0-9]{1,16}"],
        is_parsed in any::<bool>(),
    ) {
        let spain: Option<Country> = "ES".parse().ok();
        let number = if is_parsed { PhoneNumber::parse(&text, spain).ok() } else { Some(raw(&text)) };
        let gateway = north("numbers = ['101', '2XX', 'XXXX', '+XXXXXXXXXXX']");
        let slot = number.and_then(|number| Some((gateway.take(Lane::Alert, &number, at(0)).ok()?, number)));
        if let Some((slot, number)) = slot {
            let digits = number.as_str().strip_prefix('+').unwrap_or(number.as_str());
            prop_assert!((1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()));
            prop_assert_eq!(slot.dial_string(), format!("PJSIP/{}@north-a", number));
        }
    }

    /// Lines and counts are what they were taken and given back for, in any order of acts.
    #[test]
    fn counts_are_right_in_any_order(acts in prop::collection::vec(act(), 1..120)) {
        let gateway = north(
            "max_calls_per_day = 60\nmax_calls_per_number_per_day = 20\nslow_after = 3\nset_aside_secs = 1\n\
             strategy = 'round_robin'\nendpoints = [{ name = 'a', dial = 'PJSIP/{number}@a' }, \
             { name = 'b', dial = 'PJSIP/{number}@b' }]",
        );
        let (mut slots, mut now, mut today): (Vec<(Lane, Slot)>, i64, u32) = (Vec::new(), 0, 0);
        for act in acts {
            let index = |call: usize| call.checked_rem(slots.len());
            match act {
                Act::Take(lane, to) => {
                    if let Ok(slot) = gateway.take(lane, &number(&format!("20{to}")), at(now)) {
                        slots.push((lane, slot));
                        today += 1;
                    }
                }
                Act::CameOut(call, reach) => {
                    if let Some(index) = index(call) {
                        slots[index].1.came_out(reach, None, at(now));
                    }
                }
                Act::Rings(call) => {
                    if let Some(index) = index(call) {
                        slots[index].1.rings(at(now));
                    }
                }
                Act::Drop(call) => {
                    if let Some(index) = index(call) {
                        slots.remove(index);
                    }
                }
                Act::GiveBack(call) => {
                    if let Some(index) = index(call) {
                        slots.remove(index).1.give_back();
                        today -= 1;
                    }
                }
                Act::Wait(ms) => now += i64::from(ms),
            }
            let others = slots.iter().filter(|(lane, _)| *lane != Lane::Alert).count();
            let status = gateway.status(at(now));
            prop_assert_eq!((status.calls as usize, status.calls_today), (slots.len(), today));
            prop_assert!(slots.len() <= 10 && others <= 8 && today <= 60);
        }
        slots.clear();
        prop_assert_eq!(gateway.status(at(now)).calls, 0);
        // However it went, after the longest rest a call goes out again, unless the day is full.
        let rested = at(now) + SignedDuration::from_secs(10);
        let last = gateway.take(Lane::Campaign, &number("209"), rested);
        prop_assert!(last.is_ok() || matches!(last, Err(NotNow::Until(_))), "{last:?}");
    }
}

//! Which way calls go: by the dozen, and any rules against a plain reading of the order.

use jiff::ToSpan;
use proptest::prelude::*;

use super::{super::calendar, *};
use crate::{
    config::Config,
    model::{HoursMatch, ListEntry, Matches, RuleId},
};

const NOW: &str = "2026-11-23T10:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

#[allow(clippy::unnecessary_wraps, reason = "as rules have it")]
fn number(text: &str) -> Option<NumberMatch> {
    Some(NumberMatch::parse(text, None).unwrap())
}

fn rule(id: &str, target: &str, matches: Matches) -> Rule {
    Rule {
        id: id.into(),
        matches,
        priority: 0,
        target: target.parse().unwrap(),
        expires_at: None,
        note: None,
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

fn caller(id: &str, target: &str, who: &str) -> Rule {
    rule(id, target, Matches { caller: number(who), ..Matches::default() })
}

fn entry(list: ListName, who: &str, expires_at: Option<Timestamp>) -> ListEntry {
    ListEntry {
        list,
        number: NumberMatch::parse(who, None).unwrap(),
        note: None,
        expires_at,
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

fn standing() -> Standing {
    let mut config = Config::defaults().unwrap();
    let office = "time_zone = \"Europe/Madrid\"\nmonday = [\"09:00-12:00\"]\nholidays = [\"2026-11-30\"]\n";
    config.routing.hours.insert("office".to_owned(), toml::from_str(office).unwrap());
    Standing {
        default: "queue:operators".parse().unwrap(),
        blocked: Some(Refuse::Forbidden),
        calendars: calendar::calendars(&config).unwrap(),
    }
}

fn arrival(from: &str, to: &str) -> Arrival {
    Arrival::read(Some(from), Some(to), Some("north"), None)
}

fn book(rules: Vec<Rule>, entries: Vec<ListEntry>) -> Book {
    Book::new(rules, entries, 1)
}

/// The target that a call goes to.
fn way(rules: &[Rule], arrival: &Arrival, at: Timestamp) -> String {
    decide(&book(rules.to_vec(), Vec::new()), &standing(), arrival, at).target.to_string()
}

fn alice(rules: &[Rule]) -> String {
    way(rules, &arrival("+34600000001", "+34900000001"), now())
}

#[test]
fn without_a_rule_the_default_holds() {
    assert_eq!(alice(&[]), "queue:operators");
    assert_eq!(alice(&[caller("a", "flow:ivr", "+34600000002")]), "queue:operators");
}

#[test]
fn each_condition_must_hold() {
    let full = Matches {
        caller: number("+34600*"),
        called: number("+34900000001"),
        gateway: Some("north".to_owned()),
        list: None,
        hours: Some(HoursMatch { calendar: "office".to_owned(), when: Sense::Open }),
    };
    let ways = |matches: Matches| alice(&[rule("a", "flow:ivr", matches)]);
    assert_eq!(ways(full.clone()), "flow:ivr");
    let closed = HoursMatch { calendar: "office".to_owned(), when: Sense::Closed };
    let nowhere = HoursMatch { calendar: "shop".to_owned(), when: Sense::Open };
    for other in [
        Matches { caller: number("+34601*"), ..full.clone() },
        Matches { caller: number("anonymous"), ..full.clone() },
        Matches { called: number("+34900000002"), ..full.clone() },
        Matches { gateway: Some("south".to_owned()), ..full.clone() },
        Matches { list: Some(ListName::Vip), ..full.clone() },
        Matches { hours: Some(closed), ..full.clone() },
        Matches { hours: Some(nowhere), ..full.clone() },
    ] {
        assert_eq!(ways(other.clone()), "queue:operators", "{other:?}");
    }
}

#[test]
fn the_order_is_told_and_total() {
    let everybody = rule("0", "flow:all", Matches::default());
    let prefix = caller("1", "flow:prefix", "+34*");
    let longer = caller("2", "flow:longer", "+34600*");
    let exact = caller("3", "flow:exact", "+34600000001");
    let all = [everybody, prefix, longer, exact];
    assert_eq!(alice(&all), "flow:exact");
    assert_eq!(alice(&all[..3]), "flow:longer");
    assert_eq!(alice(&all[..2]), "flow:prefix");
    assert_eq!(alice(&all[..1]), "flow:all");
    let high = Rule { priority: 1, ..all[0].clone() };
    assert_eq!(alice(&[high, all[3].clone()]), "flow:all", "the priority goes before all");
    // Two that say the same: the id decides, whichever came first.
    let (one, other) = (caller("a", "flow:one", "+34*"), caller("b", "flow:other", "+34*"));
    assert_eq!(alice(&[other.clone(), one.clone()]), "flow:one");
    assert_eq!(alice(&[one, other]), "flow:one");
    // Who calls goes before what was called.
    let called = rule("a", "flow:called", Matches { called: number("+34900000001"), ..Matches::default() });
    assert_eq!(alice(&[called, caller("z", "flow:caller", "+3*")]), "flow:caller");
}

#[test]
fn rules_expire_at_their_moment() {
    let until = now() + 1.hour();
    let mortal = [Rule { expires_at: Some(until), ..caller("a", "flow:ivr", "+34600000001") }];
    let arrival = arrival("+34600000001", "1");
    assert_eq!(way(&mortal, &arrival, until - 1.microsecond()), "flow:ivr");
    assert_eq!(way(&mortal, &arrival, until), "queue:operators");
}

#[test]
fn hours_and_holidays() {
    let hours = |when| Some(HoursMatch { calendar: "office".to_owned(), when });
    let rules = [
        rule("open", "queue:day", Matches { hours: hours(Sense::Open), ..Matches::default() }),
        rule("closed", "flow:night", Matches { hours: hours(Sense::Closed), ..Matches::default() }),
    ];
    let at = |time: &str| way(&rules, &arrival("1", "2"), time.parse().unwrap());
    assert_eq!(at("2026-11-23T08:00:00Z"), "queue:day");
    assert_eq!(at("2026-11-23T11:00:00Z"), "flow:night");
    assert_eq!(at("2026-11-30T08:00:00Z"), "flow:night", "a holiday");
}

#[test]
fn callers_who_hide() {
    let rules = [caller("hidden", "reject:busy", "anonymous"), caller("spain", "flow:ivr", "+34*")];
    let of = |from: Option<&str>| way(&rules, &Arrival::read(from, None, None, None), now());
    assert_eq!(of(None), "reject:busy");
    assert_eq!(of(Some("anonymous")), "reject:busy");
    assert_eq!(of(Some("+34600000001")), "flow:ivr");
    assert_eq!(of(Some("alice")), "queue:operators", "neither a number nor hidden");
}

#[test]
fn lists() {
    let vip = rule("vip", "queue:vip", Matches { list: Some(ListName::Vip), ..Matches::default() });
    let ways = |entries: &[ListEntry], standing: &Standing| {
        let book = book(vec![vip.clone()], entries.to_vec());
        decide(&book, standing, &arrival("+34600000001", "1"), now())
    };
    let (block, good) = (ListName::Block, ListName::Vip);
    let told = ways(&[entry(block, "+34*", None)], &standing());
    assert_eq!(told.target.to_string(), "reject:forbidden");
    assert!(told.rule.is_none() && told.reason.contains("list block"));
    assert_eq!(ways(&[entry(good, "+34*", None)], &standing()).target.to_string(), "queue:vip");
    // The narrower entry holds; of two as narrow, the better one.
    let both = [entry(block, "+34*", None), entry(good, "+34600*", None)];
    assert_eq!(ways(&both, &standing()).target.to_string(), "queue:vip");
    let both = [entry(block, "+34600000001", None), entry(good, "+34600*", None)];
    assert_eq!(ways(&both, &standing()).target.to_string(), "reject:forbidden");
    let both = [entry(block, "+34*", None), entry(good, "+34*", None)];
    assert_eq!(ways(&both, &standing()).target.to_string(), "queue:vip");
    let over = [entry(block, "+34*", Some(now()))];
    assert_eq!(ways(&over, &standing()).target.to_string(), "queue:operators", "it expired");
    let lenient = Standing { blocked: None, ..standing() };
    assert_eq!(ways(&[entry(block, "+34*", None)], &lenient).target.to_string(), "queue:operators");
}

#[test]
fn no_call_goes_in_a_circle() {
    let rules = [
        caller("a", "extension:stasisd-inbound,1000", "+34*"),
        rule("b", "gateway:north,+34900000009", Matches::default()),
        Rule { priority: -1, ..rule("c", "flow:ivr", Matches::default()) },
    ];
    let mut call = arrival("+34600000001", "2000");
    assert_eq!(way(&rules, &call, now()), "extension:stasisd-inbound,1000");
    call.was_routed = true;
    assert_eq!(way(&rules, &call, now()), "flow:ivr");
}

#[test]
fn everything_is_explained() {
    let mut rules = vec![
        caller("a", "flow:ivr", "+34600000001"),
        caller("b", "flow:b", "+34*"),
        caller("c", "flow:c", "+49*"),
        Rule { expires_at: Some(now()), ..caller("d", "flow:d", "+34600000001") },
    ];
    let told = |rules: &[Rule]| {
        let book = book(rules.to_vec(), Vec::new());
        explain(&book, &standing(), &arrival("+34600000001", "1"), now())
    };
    let explained = told(&rules);
    let words: Vec<_> = explained.considered.iter().map(|one| (one.rule.id.as_str(), one.words())).collect();
    assert_eq!(
        words,
        [
            ("a", "decides".to_owned()),
            ("d", format!("does not match: it expired at {NOW}")),
            ("b", "matches, but what decides comes before it".to_owned()),
            ("c", "does not match: it is about the caller +49*".to_owned()),
        ]
    );
    assert_eq!((explained.others, explained.route.rule), (0, Some(RuleId::from("a"))));
    rules.extend((0..200).map(|n| caller(&format!("z{n}"), "flow:z", &format!("+4420000000{n}"))));
    assert_eq!((told(&rules).considered.len(), told(&rules).others), (3, 201));
}

#[test]
fn a_changed_rule_is_found_at_its_new_place_only() {
    let mut book = book(vec![caller("a", "flow:one", "+34600000001")], Vec::new());
    let ways =
        |book: &Book, from: &str| decide(book, &standing(), &arrival(from, "1"), now()).target.to_string();
    book.put(caller("a", "flow:two", "+34600000002"));
    assert_eq!(ways(&book, "+34600000001"), "queue:operators");
    assert_eq!(ways(&book, "+34600000002"), "flow:two");
    book.remove(&"a".into());
    book.remove(&"a".into());
    assert_eq!((ways(&book, "+34600000002"), book.len()), ("queue:operators".to_owned(), 0));
}

/// Rules over few numbers, so that they meet.
fn any_rule() -> impl Strategy<Value = Rule> {
    let numbers =
        prop::sample::select(vec!["", "+34*", "+34600*", "+34600000001", "+34600000002", "1*", "101"]);
    let callers = prop::sample::select(vec!["", "anonymous", "+34*", "+34600*", "+34600000001", "101", "1*"]);
    let hours = prop::option::of(prop::sample::select(vec![Sense::Open, Sense::Closed]));
    let gateways = prop::option::of(prop::sample::select(vec!["north", "south"]));
    let targets =
        prop::sample::select(vec!["flow:a", "queue:b", "extension:c,1", "gateway:north", "reject:busy"]);
    let expiry = prop::option::of(-2_i64..3);
    (0_u32..40, callers, numbers, hours, gateways, -1_i32..2, targets, expiry).prop_map(
        |(id, from, to, when, gateway, priority, target, expiry)| Rule {
            priority,
            expires_at: expiry.map(|hours| now() + hours.hours()),
            ..rule(
                &format!("r{id:02}"),
                target,
                Matches {
                    caller: Some(from).filter(|text| !text.is_empty()).and_then(number),
                    called: Some(to).filter(|text| !text.is_empty()).and_then(number),
                    gateway: gateway.map(str::to_owned),
                    list: None,
                    hours: when.map(|when| HoursMatch { calendar: "office".to_owned(), when }),
                },
            )
        },
    )
}

proptest! {
    /// The index finds what going through all rules in their order finds, whatever order they came in and whatever
    /// came and went before.
    #[test]
    fn the_index_finds_the_first_of_all(
        rules in prop::collection::vec(any_rule(), 0..40),
        gone in prop::collection::vec(0_u32..40, 0..10),
        from in prop::sample::select(vec!["+34600000001", "+34600000009", "+34911", "101", "alice", "anonymous"]),
        to in prop::sample::select(vec!["+34600000002", "101", "s"]),
        minutes in 0_i64..10_080,
        was_routed in any::<bool>(),
    ) {
        let mut book = Book::default();
        for rule in &rules {
            book.put(rule.clone());
        }
        for id in &gone {
            book.remove(&RuleId(format!("r{id:02}")));
        }
        let (standing, at) = (standing(), now() + minutes.minutes());
        let mut call = arrival(from, to);
        call.was_routed = was_routed;
        let route = decide(&book, &standing, &call, at);
        let first = book.in_order().into_iter().find(|one| miss(&one.rule, &standing, &call, None, at).is_none());
        prop_assert_eq!(route.rule, first.map(|one| one.rule.id.clone()));
        // And the explanation says the same.
        let explained = explain(&book, &standing, &call, at);
        let decides = explained.considered.iter().find(|one| one.decides).map(|one| one.rule.id.clone());
        prop_assert_eq!(explained.route.rule, decides);
        // What is deleted leaves nothing.
        let ids: Vec<_> = book.in_order().iter().map(|one| one.rule.id.clone()).collect();
        for id in &ids {
            book.remove(id);
        }
        prop_assert_eq!(decide(&book, &standing, &call, at).rule, None);
    }
}

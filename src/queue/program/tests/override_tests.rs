//! What people decided against the timetable, for a time.

use super::*;

#[test]
fn overrides_add_and_remove_until_they_are_over() {
    let mut stage = Stage::new(&[&["anna", "berta"]]);
    stage.passes(at(9, 0));
    stage.overrule("carla", OverrideKind::Add { penalty: 3 }, at(9, 5), at(9, 30));
    stage.overrule("anna", OverrideKind::Remove, at(9, 5), at(9, 30));
    assert_eq!(stage.desired(at(9, 6)).until, at(9, 30));
    assert_eq!(stage.passes(at(9, 6)), ["add carla", "remove anna"]);
    assert_eq!(stage.passes(at(9, 30)), ["add anna", "remove carla"]);
    assert_eq!(stage.overrides, []);
}

#[test]
fn the_later_override_counts() {
    let mut stage = Stage::new(&[&["anna"]]);
    stage.overrule("carla", OverrideKind::Remove, at(9, 0), at(9, 30));
    stage.overrule("carla", OverrideKind::Add { penalty: 0 }, at(9, 1), at(9, 20));
    assert_eq!(stage.passes(at(9, 2)), ["add anna", "add carla"]);
    stage.overrule("anna", OverrideKind::Pause { reason: "x".into() }, at(9, 3), at(9, 30));
    stage.overrule("anna", OverrideKind::Resume, at(9, 4), at(9, 30));
    assert_eq!(stage.passes(at(9, 5)), Vec::<String>::new());
}

#[test]
fn a_pause_is_asked_for_once_and_taken_back() {
    let mut stage = Stage::new(&[&["anna", "berta"]]);
    stage.passes(at(9, 0));
    stage.overrule("anna", OverrideKind::Pause { reason: "meeting".into() }, at(9, 5), at(9, 30));
    stage.overrule("berta", OverrideKind::Pause { reason: "meeting".into() }, at(9, 5), at(9, 30));
    assert_eq!(stage.passes(at(9, 5)), ["pause anna", "pause berta"]);
    // Berta comes back, and goes to lunch.
    stage.at("berta").paused = None;
    assert_eq!(stage.passes(at(9, 10)), Vec::<String>::new());
    *stage.at("berta") = paused("berta", "lunch");
    assert_eq!(stage.passes(at(9, 30)), ["resume anna"]);
    assert_eq!(stage.at("berta").paused.as_ref().unwrap().reason, "lunch");
    assert_eq!(stage.overrides, []);
}

#[test]
fn a_pause_of_somebody_who_is_not_there_yet_waits_for_them() {
    let mut stage = Stage::new(&[&["anna"], &["berta"]]);
    stage.overrule("berta", OverrideKind::Pause { reason: "late".into() }, at(9, 0), at(10, 20));
    stage.passes(at(9, 0));
    assert_eq!(stage.passes(at(10, 15)), ["add berta"], "anna stays: nobody else can be rung");
    assert_eq!(stage.at("berta").paused.as_ref().unwrap().reason, "late");
    assert_eq!(stage.passes(at(10, 20)), ["resume berta", "remove anna"]);
}

#[test]
fn a_pause_for_a_time_holds_over_the_shifts_in_it() {
    let mut stage = Stage::new(&[&["anna", "berta"], &["anna"], &["anna", "berta"]]);
    stage.passes(at(9, 0));
    stage.overrule("berta", OverrideKind::Pause { reason: "ill".into() }, at(9, 5), at(12, 0));
    assert_eq!(stage.passes(at(9, 5)), ["pause berta"]);
    assert_eq!(stage.passes(at(10, 15)), ["remove berta"]);
    assert_eq!(stage.passes(at(11, 30)), ["add berta"]);
    assert_eq!(stage.at("berta").paused.as_ref().unwrap().reason, "ill");
    assert_eq!(stage.passes(at(12, 0)), ["resume berta"]);
    // Who came back by hand stays so, also when Asterisk forgot everything.
    stage.overrule("anna", OverrideKind::Pause { reason: "ill".into() }, at(12, 1), at(12, 40));
    assert_eq!(stage.passes(at(12, 1)), ["pause anna"]);
    stage.at("anna").paused = None;
    stage.passes(at(12, 2));
    stage.queue.members.clear();
    assert_eq!(stage.passes(at(12, 3)), ["add anna", "add berta"]);
    assert_eq!(stage.at("anna").paused, None);
}

#[test]
fn a_pause_that_ended_while_asterisk_was_away_is_over() {
    let mut stage = Stage::new(&[&["anna", "berta"]]);
    stage.passes(at(9, 0));
    stage.overrule("anna", OverrideKind::Pause { reason: "meeting".into() }, at(9, 5), at(9, 30));
    stage.passes(at(9, 5));
    *stage.at("berta") = paused("berta", "lunch");
    stage.passes(at(9, 10));
    stage.queue.members.clear();
    assert_eq!(stage.passes(at(9, 31)), ["add anna", "add berta"]);
    assert_eq!(stage.at("anna").paused, None);
    assert_eq!(stage.at("berta").paused.as_ref().unwrap().reason, "lunch");
}

#[test]
fn one_of_the_configuration_is_back_when_its_override_is_over() {
    let mut stage = Stage::new(&[&["anna"]]);
    stage.queue.members = vec![Member { membership: Membership::Static, ..member("carla") }];
    stage.passes(at(9, 0));
    stage.overrule("carla", OverrideKind::Remove, at(9, 5), at(9, 30));
    assert_eq!(stage.passes(at(9, 5)), ["pause carla"]);
    assert_eq!(stage.at("carla").paused.as_ref().unwrap().reason, OFF_SHIFT);
    assert_eq!(stage.passes(at(9, 30)), ["resume carla"]);
}

#[test]
fn a_penalty_that_asterisk_did_not_take_is_asked_for_again() {
    let mut stage = Stage::new(&[&["carla", "nobody", "anna"]]);
    stage.filling.program.penalty_by_line = vec![0, 1, 5];
    stage.passes(at(9, 0));
    stage.filling.week = Some(table(&[&["carla", "anna"]]));
    let plan = stage.plan(at(9, 1));
    assert_eq!(plan.steps.len(), 1);
    stage.pass_rows_only(plan);
    assert_eq!(stage.passes(at(9, 2)), ["penalty anna"]);
}

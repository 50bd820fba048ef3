//! The shipped flow `order-status`.

use serde_json::json;

use crate::phone::{Caller, order, settings, shipped};

fn caller() -> Caller {
    Caller::of(shipped(settings()), "order-status")
}

fn taxi() -> stasisd::model::Order {
    let facts = json!({
        "title": "the taxi to the airport", "car": "white Toyota", "plate": "1234 KLM",
        "eta": "2026-11-21T17:30:00Z", "total": "24.50", "currency": "EUR",
    });
    order("A-17", "on_the_way", facts)
}

#[tokio::test(start_paused = true)]
async fn no_order_reaches_the_operators_unanswered() {
    let line = caller().is_transferred_to("operators").await;
    assert!(!line.answered, "a call that is only handed on is not answered here");
}

#[tokio::test(start_paused = true)]
async fn a_withheld_number_reaches_the_operators() {
    caller().has_orders(vec![taxi()]).withholds_number().is_transferred_to("operators").await;
}

#[tokio::test(start_paused = true)]
async fn one_order_is_told_and_told_again() {
    caller()
        .has_orders(vec![taxi()])
        .hears("Your order, the taxi to the airport, is on its way to you.")
        .presses('1')
        .hears("Expected today at 6:30 PM. The price: 24 euros and 50 cents.")
        .waits()
        .hears("Goodbye")
        .is_hung_up()
        .await;
}

#[tokio::test(start_paused = true)]
async fn star_is_a_person_at_any_moment() {
    caller().has_orders(vec![taxi()]).hears("on its way").presses('*').is_transferred_to("operators").await;
    caller()
        .has_orders(vec![taxi()])
        .hears("on its way")
        .waits()
        .hears("Goodbye")
        .presses('*')
        .is_transferred_to("operators")
        .await;
}

#[tokio::test(start_paused = true)]
async fn wrong_keys_are_told_and_end_politely() {
    caller()
        .has_orders(vec![taxi()])
        .hears("on its way")
        .presses('7')
        .hears("not one of the choices")
        .hears("on its way")
        .presses('8')
        .hears("not one of the choices")
        .hears("on its way")
        .presses('9')
        .hears("Goodbye")
        .is_hung_up()
        .await;
}

#[tokio::test(start_paused = true)]
async fn several_orders_are_a_menu() {
    let orders = vec![order("1001", "preparing", json!({})), taxi()];
    caller()
        .has_orders(orders)
        .hears("You have 2 orders. For order 1, 0, 0, 1, press 1. For the taxi to the airport, press 2.")
        .presses('2')
        .hears("the taxi to the airport, is on its way")
        .presses('*')
        .is_transferred_to("operators")
        .await;
}

#[tokio::test(start_paused = true)]
async fn several_orders_are_the_operators_by_setting() {
    let orders = vec![order("1001", "preparing", json!({})), taxi()];
    let set = shipped(json!({ "several_orders": "operator" }));
    Caller::of(set, "order-status").has_orders(orders).is_transferred_to("operators").await;
}

#[tokio::test(start_paused = true)]
async fn keys_typed_ahead_choose_without_a_word() {
    let orders = vec![order("1001", "preparing", json!({})), taxi()];
    caller()
        .has_orders(orders)
        .hears("You have 2")
        .presses('1')
        .presses('*')
        .is_transferred_to("operators")
        .await;
}

#[tokio::test(start_paused = true)]
async fn silence_in_the_menu_reaches_the_operators() {
    let orders = vec![order("1001", "preparing", json!({})), taxi()];
    caller()
        .has_orders(orders)
        .hears("You have 2")
        .waits()
        .hears("I did not get that")
        .hears("You have 2")
        .waits()
        .hears("I did not get that")
        .hears("You have 2")
        .waits()
        .is_transferred_to("operators")
        .await;
}

#[tokio::test(start_paused = true)]
async fn orders_that_cannot_be_asked() {
    caller().orders_cannot_be_asked().hears("cannot look up").is_transferred_to("operators").await;
}

#[tokio::test(start_paused = true)]
async fn a_status_of_the_senders_own() {
    let own = order("7", "in_customs", json!({ "status_text": "Your parcel is in customs." }));
    caller().has_orders(vec![own]).hears("Your parcel is in customs. To hear").hangs_up().has_left().await;
    let bare = order("7", "in_customs", json!({}));
    caller().has_orders(vec![bare]).hears("Your order 7 is known to us. To hear").hangs_up().has_left().await;
}

#[tokio::test(start_paused = true)]
async fn every_language_is_spoken() {
    for (language, sentence, goodbye) in [
        ("es_ES", "está en camino. El coche: white Toyota. La matrícula: ", "Adiós"),
        ("ca", "està de camí. El cotxe", "Adéu"),
        ("ru", "уже в пути. Машина", "До свидания"),
        ("fr", "is on its way", "Goodbye"),
    ] {
        let call = caller().has_orders(vec![taxi()]).speaks_language(language);
        call.hears(sentence).waits().hears(goodbye).is_hung_up().await;
    }
}

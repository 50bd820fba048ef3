//! The shipped flow `example`.

use serde_json::json;
use stasisd::calls::Dialled;

use crate::phone::{Caller, order, settings, shipped};

fn caller() -> Caller {
    Caller::of(shipped(settings()), "example").calls_at("2026-11-20T12:00:00+01:00")
}

#[tokio::test(start_paused = true)]
async fn on_a_weekday_there_is_a_menu() {
    caller()
        .hears("Welcome to Northern Taxi")
        .hears("press 1")
        .presses('*')
        .hears("connecting")
        .is_transferred_to("operators")
        .await;
}

#[tokio::test(start_paused = true)]
async fn at_the_weekend_there_is_voice_mail() {
    let call = caller().calls_at("2026-11-21T12:00:00+01:00").hears("open on weekdays from 8 AM to 8 PM");
    let call = call.hears("Leave a message").talks_for(9).hears("call you back").hears("How was this call");
    call.presses('5').hears("Goodbye").is_hung_up().await;
}

#[tokio::test(start_paused = true)]
async fn the_language_can_be_changed() {
    let call = caller().hears("Welcome").hears("Para español").presses('9').hears("Para su pedido");
    let call = call
        .presses('2')
        .hears("Marque los tres")
        .presses('1')
        .presses('0')
        .presses('1')
        .hears("Si es correcto");
    call.presses('1').dialled_party(Dialled::Talked).hears("Adiós").is_hung_up().await;
}

#[tokio::test(start_paused = true)]
async fn another_flow_goes_on_with_the_call() {
    let orders = vec![order("17", "ready", json!({}))];
    let call = caller().has_orders(orders).hears("Welcome").hears("press 1").presses('1');
    call.hears("Your order 1, 7 is ready").hangs_up().has_left().await;
}

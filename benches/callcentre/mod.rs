//! The call centre: how fast a call's way is decided, how fast links are stored and read, how soon a desk knows who
//! calls, and what asking by FastAGI costs.

mod fastagi;
mod links;
mod ringing;
mod rules;

use crate::results::Book;

/// Measures all figures of the group.
pub fn measure(book: &mut Book) {
    if book.wants("rules") {
        rules::measure(book);
    }
    if book.wants("links") {
        links::measure(book);
    }
    if book.wants("ringing") {
        ringing::measure(book);
    }
    if book.wants("fastagi") {
        fastagi::measure(book);
    }
}

/// How many there are to be, unless the environment says otherwise: a short run to see that it works.
fn many(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// What 99 of 100 do not exceed.
fn p99(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() * 99).div_ceil(100).saturating_sub(1)]
}

/// What half of them do not exceed.
fn p50(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

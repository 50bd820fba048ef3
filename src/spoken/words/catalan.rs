//! Catalan numbers before a noun: `vint-i-un euros`, `dues-centes lliures`.

use super::{Gender, groups};

const SMALL: [&str; 20] = [
    "zero", "un", "dos", "tres", "quatre", "cinc", "sis", "set", "vuit", "nou", "deu", "onze", "dotze",
    "tretze", "catorze", "quinze", "setze", "disset", "divuit", "dinou",
];
const TENS: [&str; 8] =
    ["vint", "trenta", "quaranta", "cinquanta", "seixanta", "setanta", "vuitanta", "noranta"];

/// Whether the number looks other than the voice reads its digits. Voices read a million as a plural.
pub(super) fn bends(n: u64, gender: Gender) -> bool {
    let feminine = gender == Gender::Feminine;
    n >= 1_000_000
        || groups(n).enumerate().any(|(place, group)| {
            let (unit, teen) = (group % 10, (11..20).contains(&(group % 100)));
            let one = unit == 1 && !teen && (place == 0 || group > 1);
            one || (feminine && ((unit == 2 && !teen) || group >= 200))
        })
}

/// The number in words, below 10^12.
pub(super) fn words(n: u64, gender: Gender) -> String {
    let (millions, thousands, rest) = (n / 1_000_000, n / 1000 % 1000, n % 1000);
    let mut parts = Vec::new();
    match millions {
        0 => {}
        1 => parts.push("un milió".to_owned()),
        _ => parts.push(format!("{} milions", words(millions, Gender::Masculine))),
    }
    match thousands {
        0 => {}
        1 => parts.push("mil".to_owned()),
        _ => parts.push(format!("{} mil", group(thousands, gender))),
    }
    if rest > 0 || n == 0 {
        parts.push(group(rest, gender));
    }
    parts.join(" ")
}

fn group(n: u64, gender: Gender) -> String {
    let (hundred, below) = ((n / 100) as usize, (n % 100) as usize);
    let mut parts = Vec::new();
    match hundred {
        0 => {}
        1 => parts.push("cent".to_owned()),
        _ if gender == Gender::Feminine => parts.push(format!("{}-centes", unit(hundred, gender))),
        _ => parts.push(format!("{}-cents", unit(hundred, gender))),
    }
    match below {
        0 if n > 0 => {}
        0..20 => parts.push(unit(below, gender).to_owned()),
        _ => {
            let ten = TENS[below / 10 - 2];
            parts.push(match (below / 10, below % 10) {
                (_, 0) => ten.to_owned(),
                (2, last) => format!("{ten}-i-{}", unit(last, gender)),
                (_, last) => format!("{ten}-{}", unit(last, gender)),
            });
        }
    }
    parts.join(" ")
}

fn unit(n: usize, gender: Gender) -> &'static str {
    match (n, gender) {
        (1, Gender::Feminine) => "una",
        (2, Gender::Feminine) => "dues",
        _ => SMALL[n % 20],
    }
}

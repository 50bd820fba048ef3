//! Spanish numbers before a noun: `veintiún euros`, `doscientas libras`.

use super::{Gender, groups};

const SMALL: [&str; 30] = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
];
const TENS: [&str; 7] = ["treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"];
const HUNDREDS: [&str; 9] = [
    "ciento",
    "doscient",
    "trescient",
    "cuatrocient",
    "quinient",
    "seiscient",
    "setecient",
    "ochocient",
    "novecient",
];

/// Whether the number looks other than the voice reads its digits.
pub(super) fn bends(n: u64, gender: Gender) -> bool {
    let feminine = gender == Gender::Feminine;
    n >= 1_000_000
        || groups(n).enumerate().any(|(place, group)| {
            let one = group % 10 == 1 && group % 100 != 11 && (place == 0 || group > 1);
            one || (feminine && group >= 200)
        })
}

/// The number in words, below 10^12.
pub(super) fn words(n: u64, gender: Gender) -> String {
    let (millions, thousands, rest) = (n / 1_000_000, n / 1000 % 1000, n % 1000);
    let mut parts = Vec::new();
    match millions {
        0 => {}
        1 => parts.push("un millón".to_owned()),
        _ => parts.push(format!("{} millones", words(millions, Gender::Masculine))),
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
    let feminine = gender == Gender::Feminine;
    let (hundred, below) = ((n / 100) as usize, (n % 100) as usize);
    let mut parts = Vec::new();
    match hundred {
        0 => {}
        1 if below == 0 => parts.push("cien".to_owned()),
        1 => parts.push(HUNDREDS[0].to_owned()),
        _ => parts.push(format!("{}{}", HUNDREDS[hundred - 1], if feminine { "as" } else { "os" })),
    }
    let one = if feminine { "una" } else { "un" };
    match below {
        0 if n > 0 => {}
        1 => parts.push(one.to_owned()),
        21 => parts.push(if feminine { "veintiuna" } else { "veintiún" }.to_owned()),
        0..30 => parts.push(SMALL[below].to_owned()),
        _ => {
            let ten = TENS[below / 10 - 3];
            parts.push(match below % 10 {
                0 => ten.to_owned(),
                1 => format!("{ten} y {one}"),
                unit => format!("{ten} y {}", SMALL[unit]),
            });
        }
    }
    parts.join(" ")
}

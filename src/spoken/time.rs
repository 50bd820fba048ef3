//! Times of day as each language says them.

use jiff::civil::Time;

use super::{
    Language,
    noun::Noun,
    words::{self, Gender},
};

pub(super) const RUSSIAN_HOUR: Noun =
    Noun { gender: Gender::Masculine, forms: ["час", "часа", "часов"] };
pub(super) const RUSSIAN_MINUTE: Noun =
    Noun { gender: Gender::Feminine, forms: ["минута", "минуты", "минут"] };

/// A time of day, to the minute: English `1:15 PM`, Spanish `la una y cuarto de la tarde` (with its
/// article, so that «a {time}» works), Catalan `la una i 15 de la tarda`, Russian `13 часов 15 минут`.
#[must_use]
pub fn time(time: Time, lang: &str) -> String {
    let (hour, minute) = (u64::from(time.hour().unsigned_abs()), u64::from(time.minute().unsigned_abs()));
    match Language::of(lang) {
        Language::English => english(hour, minute),
        Language::Spanish => spanish(hour, minute),
        Language::Catalan => catalan(hour, minute),
        Language::Russian => {
            let hours = RUSSIAN_HOUR.counted(hour, Language::Russian);
            match minute {
                0 => hours,
                _ => format!("{hours} {}", RUSSIAN_MINUTE.counted(minute, Language::Russian)),
            }
        }
        Language::Other => format!("{hour}:{minute:02}"),
    }
}

/// The hour on a clock's face.
fn of_twelve(hour: u64) -> u64 {
    match hour % 12 {
        0 => 12,
        hour => hour,
    }
}

fn english(hour: u64, minute: u64) -> String {
    let half = if hour < 12 { "AM" } else { "PM" };
    let face = of_twelve(hour);
    match (hour, minute) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "noon".to_owned(),
        (_, 0) => format!("{face} {half}"),
        (_, 1..10) => format!("{face} oh {minute} {half}"),
        _ => format!("{face}:{minute} {half}"),
    }
}

fn spanish(hour: u64, minute: u64) -> String {
    let face = match of_twelve(hour) {
        1 => "la una".to_owned(),
        hour => format!("las {hour}"),
    };
    let minutes = match minute {
        0 => String::new(),
        15 => " y cuarto".to_owned(),
        30 => " y media".to_owned(),
        _ => format!(" y {minute}"),
    };
    let part = match hour {
        0 | 21.. => "de la noche",
        1..6 => "de la madrugada",
        6..12 => "de la mañana",
        12 => "del mediodía",
        _ => "de la tarde",
    };
    format!("{face}{minutes} {part}")
}

fn catalan(hour: u64, minute: u64) -> String {
    let face = match of_twelve(hour) {
        1 => "la una".to_owned(),
        hour => format!("les {}", words::count(hour, Gender::Feminine, Language::Catalan)),
    };
    let minutes = match minute {
        0 => String::new(),
        _ => format!(" i {minute}"),
    };
    let part = match hour {
        0 | 21.. => "de la nit",
        1..6 => "de la matinada",
        6..12 => "del matí",
        12 | 13 => "del migdia",
        14..19 => "de la tarda",
        _ => "del vespre",
    };
    format!("{face}{minutes} {part}")
}

#[cfg(test)]
mod tests {
    use jiff::civil::time as at;

    use super::*;

    #[test]
    fn in_each_language() {
        for (hour, minute, en, es, ca, ru) in [
            (0, 0, "midnight", "las 12 de la noche", "les 12 de la nit", "0 часов"),
            (0, 5, "12 oh 5 AM", "las 12 y 5 de la noche", "les 12 i 5 de la nit", "0 часов 5 минут"),
            (1, 0, "1 AM", "la una de la madrugada", "la una de la matinada", "1 час"),
            (
                2,
                1,
                "2 oh 1 AM",
                "las 2 y 1 de la madrugada",
                "les dues i 1 de la matinada",
                "2 часа одна минута",
            ),
            (8, 30, "8:30 AM", "las 8 y media de la mañana", "les 8 i 30 del matí", "8 часов 30 минут"),
            (11, 11, "11:11 AM", "las 11 y 11 de la mañana", "les 11 i 11 del matí", "11 часов 11 минут"),
            (12, 0, "noon", "las 12 del mediodía", "les 12 del migdia", "12 часов"),
            (13, 5, "1 oh 5 PM", "la una y 5 de la tarde", "la una i 5 del migdia", "13 часов 5 минут"),
            (15, 15, "3:15 PM", "las 3 y cuarto de la tarde", "les 3 i 15 de la tarda", "15 часов 15 минут"),
            (20, 45, "8:45 PM", "las 8 y 45 de la tarde", "les 8 i 45 del vespre", "20 часов 45 минут"),
            (
                21,
                22,
                "9:22 PM",
                "las 9 y 22 de la noche",
                "les 9 i 22 de la nit",
                "21 час двадцать две минуты",
            ),
            (23, 59, "11:59 PM", "las 11 y 59 de la noche", "les 11 i 59 de la nit", "23 часа 59 минут"),
        ] {
            let said = ["en", "es", "ca", "ru"].map(|lang| time(at(hour, minute, 0, 0), lang));
            assert_eq!(said, [en, es, ca, ru], "{hour}:{minute}");
        }
        assert_eq!(time(at(9, 5, 0, 0), "fr"), "9:05");
    }
}

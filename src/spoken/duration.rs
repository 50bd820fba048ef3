//! Lengths of time: 1 hour and 5 minutes.

use jiff::SignedDuration;

use super::{
    Language,
    noun::{Noun, feminine, masculine},
    time::{RUSSIAN_HOUR, RUSSIAN_MINUTE},
    words::Gender,
};

/// Days, hours, minutes, seconds.
const SECONDS: [u64; 4] = [86_400, 3600, 60, 1];

/// A length of time in its two largest units. Its sign is not said: a sentence says "ago" or "in".
#[must_use]
pub fn duration(length: SignedDuration, lang: &str) -> String {
    let language = Language::of(lang);
    let mut rest = length.unsigned_abs().as_secs();
    let mut parts = Vec::new();
    for (noun, seconds) in units(language).iter().zip(SECONDS) {
        // A second unit is said only if it is the next one: "1 day and 3 hours", not "1 day and 3 seconds".
        let (many, first) = (rest / seconds, parts.is_empty());
        rest %= seconds;
        if many > 0 {
            parts.push(noun.counted(many, language));
        }
        if !first {
            break;
        }
    }
    let joint = match language {
        Language::English => " and ",
        Language::Spanish => " y ",
        Language::Catalan => " i ",
        Language::Russian | Language::Other => " ",
    };
    if parts.is_empty() { units(language)[2].counted(0, language) } else { parts.join(joint) }
}

fn units(language: Language) -> [Noun; 4] {
    let russian = |gender, forms| Noun { gender, forms };
    match language {
        Language::English => [
            masculine("day", "days"),
            masculine("hour", "hours"),
            masculine("minute", "minutes"),
            masculine("second", "seconds"),
        ],
        Language::Spanish => [
            masculine("día", "días"),
            feminine("hora", "horas"),
            masculine("minuto", "minutos"),
            masculine("segundo", "segundos"),
        ],
        Language::Catalan => [
            masculine("dia", "dies"),
            feminine("hora", "hores"),
            masculine("minut", "minuts"),
            masculine("segon", "segons"),
        ],
        Language::Russian => [
            russian(Gender::Masculine, ["день", "дня", "дней"]),
            RUSSIAN_HOUR,
            RUSSIAN_MINUTE,
            russian(Gender::Feminine, ["секунда", "секунды", "секунд"]),
        ],
        Language::Other => {
            [masculine("d", "d"), masculine("h", "h"), masculine("min", "min"), masculine("s", "s")]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_each_language() {
        for (seconds, en, es, ca, ru) in [
            (0, "0 minutes", "0 minutos", "0 minuts", "0 минут"),
            (1, "1 second", "un segundo", "un segon", "одна секунда"),
            (60, "1 minute", "un minuto", "un minut", "одна минута"),
            (
                90,
                "1 minute and 30 seconds",
                "un minuto y 30 segundos",
                "un minut i 30 segons",
                "одна минута 30 секунд",
            ),
            (120, "2 minutes", "2 minutos", "2 minuts", "две минуты"),
            (300, "5 minutes", "5 minutos", "5 minuts", "5 минут"),
            (660, "11 minutes", "11 minutos", "11 minuts", "11 минут"),
            (1260, "21 minutes", "veintiún minutos", "vint-i-un minuts", "двадцать одна минута"),
            (3600, "1 hour", "una hora", "una hora", "1 час"),
            (7500, "2 hours and 5 minutes", "2 horas y 5 minutos", "dues hores i 5 minuts", "2 часа 5 минут"),
            (3605, "1 hour", "una hora", "una hora", "1 час"),
            (86_400, "1 day", "un día", "un dia", "1 день"),
            (183_600, "2 days and 3 hours", "2 días y 3 horas", "2 dies i 3 hores", "2 дня 3 часа"),
            (-300, "5 minutes", "5 minutos", "5 minuts", "5 минут"),
        ] {
            let said = ["en", "es", "ca", "ru"].map(|l| duration(SignedDuration::from_secs(seconds), l));
            assert_eq!(said, [en, es, ca, ru], "{seconds}");
        }
        assert_eq!(duration(SignedDuration::from_secs(5400), "fr"), "1 h 30 min");
    }

    #[test]
    fn both_ends_of_time() {
        for length in [SignedDuration::MIN, SignedDuration::MAX] {
            for lang in ["en", "es", "ca", "ru", "fr"] {
                assert!(!duration(length, lang).is_empty());
            }
        }
    }
}

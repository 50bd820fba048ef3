//! Dates: today, tomorrow, Monday the 3rd of March.

use jiff::civil::Date;

use super::{Language, ordinal::english_suffix, words};

const ENGLISH_DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const SPANISH_DAYS: [&str; 7] = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"];
const CATALAN_DAYS: [&str; 7] =
    ["dilluns", "dimarts", "dimecres", "dijous", "divendres", "dissabte", "diumenge"];
const RUSSIAN_DAYS: [&str; 7] =
    ["понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"];

const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const SPANISH_MONTHS: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];
const CATALAN_MONTHS: [&str; 12] = [
    "de gener",
    "de febrer",
    "de març",
    "d'abril",
    "de maig",
    "de juny",
    "de juliol",
    "d'agost",
    "de setembre",
    "d'octubre",
    "de novembre",
    "de desembre",
];
const RUSSIAN_MONTHS: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

/// A date as it is said. With `today` known, the days around it are named by it, and the year is left
/// out when it is this one.
#[must_use]
pub fn date(date: Date, lang: &str, today: Option<Date>) -> String {
    let language = Language::of(lang);
    if let Some(near) = today.and_then(|today| near(date, today, language)) {
        return near.to_owned();
    }
    let day = date.day().unsigned_abs();
    let month = usize::from(date.month().unsigned_abs()) - 1;
    let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
    let year = date.year();
    let said = match language {
        Language::English => {
            let suffix = english_suffix(day.into());
            format!("{} the {day}{suffix} of {}", ENGLISH_DAYS[weekday], ENGLISH_MONTHS[month])
        }
        Language::Spanish => format!("{} {day} de {}", SPANISH_DAYS[weekday], SPANISH_MONTHS[month]),
        Language::Catalan => format!("{} {day} {}", CATALAN_DAYS[weekday], CATALAN_MONTHS[month]),
        Language::Russian => {
            let day = words::russian_day(day.into());
            format!("{}, {day} {}", RUSSIAN_DAYS[weekday], RUSSIAN_MONTHS[month])
        }
        Language::Other => return date.to_string(),
    };
    if today.is_some_and(|today| today.year() == year) {
        return said;
    }
    match language {
        Language::English => format!("{said} {year}"),
        Language::Russian => match u64::try_from(year) {
            Ok(year) if year > 0 => format!("{said} {} года", words::russian_year(year)),
            _ => said,
        },
        _ => format!("{said} de {year}"),
    }
}

fn near(date: Date, today: Date, language: Language) -> Option<&'static str> {
    let names = match language {
        Language::English => ["yesterday", "today", "tomorrow"],
        Language::Spanish => ["ayer", "hoy", "mañana"],
        Language::Catalan => ["ahir", "avui", "demà"],
        Language::Russian => ["вчера", "сегодня", "завтра"],
        Language::Other => return None,
    };
    if date == today {
        Some(names[1])
    } else if today.tomorrow().is_ok_and(|day| day == date) {
        Some(names[2])
    } else if today.yesterday().is_ok_and(|day| day == date) {
        Some(names[0])
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as day;

    use super::*;

    #[test]
    fn in_each_language() {
        let today = Some(day(2025, 2, 28));
        for (when, en, es, ca, ru) in [
            (day(2025, 2, 28), "today", "hoy", "avui", "сегодня"),
            (day(2025, 3, 1), "tomorrow", "mañana", "demà", "завтра"),
            (day(2025, 2, 27), "yesterday", "ayer", "ahir", "вчера"),
            (
                day(2025, 3, 3),
                "Monday the 3rd of March",
                "lunes 3 de marzo",
                "dilluns 3 de març",
                "понедельник, третье марта",
            ),
            (
                day(2025, 5, 1),
                "Thursday the 1st of May",
                "jueves 1 de mayo",
                "dijous 1 de maig",
                "четверг, первое мая",
            ),
            (
                day(2025, 8, 22),
                "Friday the 22nd of August",
                "viernes 22 de agosto",
                "divendres 22 d'agost",
                "пятница, двадцать второе августа",
            ),
            (
                day(2027, 12, 31),
                "Friday the 31st of December 2027",
                "viernes 31 de diciembre de 2027",
                "divendres 31 de desembre de 2027",
                "пятница, тридцать первое декабря две тысячи двадцать седьмого года",
            ),
            (
                day(1999, 4, 11),
                "Sunday the 11th of April 1999",
                "domingo 11 de abril de 1999",
                "diumenge 11 d'abril de 1999",
                "воскресенье, одиннадцатое апреля тысяча девятьсот девяносто девятого года",
            ),
            (
                day(2000, 2, 29),
                "Tuesday the 29th of February 2000",
                "martes 29 de febrero de 2000",
                "dimarts 29 de febrer de 2000",
                "вторник, двадцать девятое февраля двухтысячного года",
            ),
        ] {
            let said = ["en", "es", "ca", "ru"].map(|lang| date(when, lang, today));
            assert_eq!(said, [en, es, ca, ru], "{when}");
        }
    }

    #[test]
    fn over_the_new_year_and_without_today() {
        assert_eq!(date(day(2026, 1, 1), "en", Some(day(2025, 12, 31))), "tomorrow");
        assert_eq!(date(day(2025, 3, 3), "en", None), "Monday the 3rd of March 2025");
        assert_eq!(date(day(2025, 3, 3), "fr", Some(day(2025, 3, 3))), "2025-03-03");
    }

    #[test]
    fn every_day_of_four_years_and_both_ends_of_time() {
        let mut when = day(2024, 1, 1);
        while when < day(2028, 1, 1) {
            for lang in ["en", "es", "ca", "ru"] {
                assert!(!date(when, lang, None).contains(char::is_control));
            }
            when = when.tomorrow().unwrap();
        }
        for edge in [Date::MIN, Date::MAX] {
            assert!(!date(edge, "ru", Some(edge)).is_empty());
            assert!(!date(edge, "ru", None).is_empty());
        }
    }
}

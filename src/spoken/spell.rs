//! Things said one character at a time: codes, telephone numbers, number plates.

use rlibphonenumber::{PhoneNumber, PhoneNumberFormat};

use super::Language;

/// Longest text that is spelled; beyond it nobody listens.
const LONGEST: usize = 64;

/// Digit by digit with a pause after each: `456` → `4, 5, 6`. Letters are kept as they are, separators
/// are left out, and what goes beyond 64 characters too.
#[must_use]
pub fn digits(text: &str, lang: &str) -> String {
    let language = Language::of(lang);
    let said = text.chars().filter(|c| c.is_alphanumeric()).take(LONGEST);
    said.map(|c| letter(c, language)).collect::<Vec<_>>().join(", ")
}

/// A number plate or a reference, spelled: `1234 BXR` → `1, 2, 3, 4, B as in Bravo, X, R`, with the letters' names
/// where a voice would take the letter for a word, and with a word where a telephone (300 to 3400 Hz) makes letters
/// sound alike.
#[must_use]
pub fn plate(text: &str, lang: &str) -> String {
    let language = Language::of(lang);
    let text = text.to_uppercase();
    let said = text.chars().filter(|c| c.is_alphanumeric()).take(LONGEST);
    let spelled = said.map(|c| match language {
        Language::English => with_word(c).unwrap_or_else(|| c.to_string()),
        _ => letter(c, language),
    });
    spelled.collect::<Vec<_>>().join(", ")
}

/// ICAO's words for the letters that English takes for one another: those in "ee". They are understood better as
/// "B as in Bravo" than as "B for Bravo"; but "E as in Echo" is heard as "he is an echo".
fn with_word(c: char) -> Option<String> {
    let word = match c {
        'B' => "Bravo",
        'C' => "Charlie",
        'D' => "Delta",
        'E' => "Echo",
        'G' => "Golf",
        'P' => "Papa",
        'T' => "Tango",
        'V' => "Victor",
        'Z' => "Zulu",
        _ => return None,
    };
    Some(format!("{c} {} {word}", if c == 'E' { "for" } else { "as in" }))
}

/// A telephone number in its country's groups, with pauses between them: `+34600000001` →
/// `plus 3 4, 6 0, 0, 0 0, 0 0, 0 1`. Separators in the text are groups when the number is no E.164 one.
#[must_use]
pub fn phone(text: &str, lang: &str) -> String {
    let language = Language::of(lang);
    let text: String = text.trim().chars().take(LONGEST).collect();
    let plus = text.starts_with('+');
    let written = plus.then(|| PhoneNumber::parse(&text, None).ok()).flatten();
    let grouped = match written {
        Some(number) => number.format_as(PhoneNumberFormat::International).into_owned(),
        None => text,
    };
    let groups: Vec<String> = grouped
        .split(|c: char| !c.is_ascii_digit())
        .filter(|group| !group.is_empty())
        .flat_map(small_groups)
        .collect();
    let said = groups.join(", ");
    match language {
        _ if said.is_empty() => said,
        Language::English if plus => format!("plus {said}"),
        Language::Spanish if plus => format!("más {said}"),
        Language::Catalan if plus => format!("més {said}"),
        Language::Russian if plus => format!("плюс {said}"),
        _ => said,
    }
}

/// Groups of at most four digits; a longer one is cut into threes, its rest joining the last.
fn small_groups(digits: &str) -> Vec<String> {
    let mut rest = digits;
    let mut groups = Vec::new();
    while rest.len() > 4 {
        let (group, behind) = rest.split_at(3);
        groups.push(group);
        rest = behind;
    }
    groups.push(rest);
    groups.into_iter().map(apart).collect()
}

/// Digits one by one. In a group that is no pair there is a pause between two that are the same: "six zero zero" in one
/// breath is heard with three of them.
fn apart(group: &str) -> String {
    let mut said = String::new();
    let mut before = None;
    for digit in group.chars() {
        said.push_str(match before {
            None => "",
            Some(before) if before == digit && group.len() > 2 => ", ",
            Some(_) => " ",
        });
        said.push(digit);
        before = Some(digit);
    }
    said
}

fn letter(c: char, language: Language) -> String {
    let name = match language {
        Language::Russian => russian_name(c),
        // Voices say «i» for both, and a Spanish «b» like a «v».
        Language::Spanish => match c {
            'I' => "i latina",
            'Y' => "i griega",
            'W' => "uve doble",
            _ => "",
        },
        Language::Catalan => match c {
            'I' => "i llatina",
            'Y' => "i grega",
            'B' => "be alta",
            'V' => "ve baixa",
            _ => "",
        },
        Language::English | Language::Other => "",
    };
    if name.is_empty() { c.to_string() } else { name.to_owned() }
}

/// Letters by name: alone, Russian voices read several as prepositions, and Latin ones in English.
fn russian_name(c: char) -> &'static str {
    match c {
        'А' | 'A' => "а",
        'Б' => "бэ",
        'В' | 'B' | 'V' => "вэ",
        'Г' => "гэ",
        'Д' | 'D' => "дэ",
        'Е' | 'E' => "е",
        'Ё' => "ё",
        'Ж' => "жэ",
        'З' => "зэ",
        'И' => "и",
        'Й' => "и краткое",
        'К' | 'K' => "ка",
        'Л' | 'L' => "эль",
        'М' | 'M' => "эм",
        'Н' | 'H' => "эн",
        'О' | 'O' => "о",
        'П' => "пэ",
        'Р' | 'P' => "эр",
        'С' | 'C' => "эс",
        'Т' | 'T' => "тэ",
        'У' | 'Y' => "у",
        'Ф' | 'F' => "эф",
        'Х' | 'X' => "ха",
        'Ц' => "цэ",
        'Ч' => "че",
        'Ш' => "ша",
        'Щ' => "ща",
        'Ъ' => "твёрдый знак",
        'Ы' => "ы",
        'Ь' => "мягкий знак",
        'Э' => "э",
        'Ю' => "ю",
        'Я' => "я",
        'G' => "джи",
        'I' => "ай",
        'J' => "джей",
        'N' => "эн латинская",
        'Q' => "кью",
        'R' => "эр латинская",
        'S' => "эс латинская",
        'U' => "у латинская",
        'W' => "дабл ю",
        'Z' => "зет",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_with_pauses() {
        assert_eq!(digits("456", "en"), "4, 5, 6");
        assert_eq!(digits("45-6 7", "ru"), "4, 5, 6, 7");
        assert_eq!(digits("0", "es"), "0");
        assert_eq!(digits("", "en"), "");
        assert_eq!(digits("[[;--", "en"), "");
        assert_eq!(digits(&"1".repeat(500), "en").matches('1').count(), LONGEST);
    }

    #[test]
    fn plates() {
        for (text, lang, said) in [
            ("1234 BXR", "en", "1, 2, 3, 4, B as in Bravo, X, R"),
            ("1234 bcy", "es", "1, 2, 3, 4, B, C, i griega"),
            ("b-1 iv", "ca", "be alta, 1, i llatina, ve baixa"),
            ("А123ВС", "ru", "а, 1, 2, 3, вэ, эс"),
            ("A123BC", "ru", "а, 1, 2, 3, вэ, эс"),
            ("AB 12", "fr", "A, B, 1, 2"),
        ] {
            assert_eq!(plate(text, lang), said);
        }
    }

    #[test]
    fn phones() {
        for (text, lang, said) in [
            ("+34600000001", "en", "plus 3 4, 6 0, 0, 0 0, 0 0, 0 1"),
            ("+34 972 123 456", "es", "más 3 4, 9 7 2, 1 2, 3 4, 5 6"),
            ("+79161234567", "ru", "плюс 7, 9 1 6, 1 2 3, 4 5, 6 7"),
            ("+34600000001", "ca", "més 3 4, 6 0, 0, 0 0, 0 0, 0 1"),
            ("+34600000001", "fr", "3 4, 6 0, 0, 0 0, 0 0, 0 1"),
            ("101", "en", "1 0 1"),
            ("1234567", "en", "1 2 3, 4 5 6 7"),
            ("972-12-34-56", "en", "9 7 2, 1 2, 3 4, 5 6"),
            ("", "en", ""),
            ("+", "en", ""),
            ("nobody", "en", ""),
        ] {
            assert_eq!(phone(text, lang), said, "{text}");
        }
    }
}

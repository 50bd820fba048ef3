//! The currencies whose names are known, with their coins, by language.

use super::{
    Language,
    noun::{Noun, feminine, masculine},
    words::Gender,
};

/// A currency's unit and its hundredth.
pub(super) type Names = (Noun, Noun);

/// The names of a currency (ISO 4217) in a language, if they are known.
pub(super) fn names(code: &str, language: Language) -> Option<Names> {
    match language {
        Language::English => english(code),
        Language::Spanish => spanish(code),
        Language::Catalan => catalan(code),
        Language::Russian => russian(code),
        Language::Other => None,
    }
}

fn english(code: &str) -> Option<Names> {
    Some(match code {
        "EUR" => (masculine("euro", "euros"), masculine("cent", "cents")),
        "USD" => (masculine("dollar", "dollars"), masculine("cent", "cents")),
        "GBP" => (masculine("pound", "pounds"), masculine("penny", "pence")),
        "RUB" => (masculine("ruble", "rubles"), masculine("kopeck", "kopecks")),
        "UAH" => (masculine("hryvnia", "hryvnias"), masculine("kopeck", "kopecks")),
        "KZT" => (masculine("tenge", "tenge"), masculine("tiyn", "tiyn")),
        _ => return None,
    })
}

fn spanish(code: &str) -> Option<Names> {
    Some(match code {
        "EUR" => (masculine("euro", "euros"), masculine("céntimo", "céntimos")),
        "USD" => (masculine("dólar", "dólares"), masculine("centavo", "centavos")),
        "GBP" => (feminine("libra", "libras"), masculine("penique", "peniques")),
        "RUB" => (masculine("rublo", "rublos"), masculine("kopek", "kopeks")),
        "UAH" => (feminine("grivna", "grivnas"), masculine("kopek", "kopeks")),
        "KZT" => (masculine("tenge", "tenges"), masculine("tiyn", "tiyns")),
        _ => return None,
    })
}

fn catalan(code: &str) -> Option<Names> {
    Some(match code {
        "EUR" => (masculine("euro", "euros"), masculine("cèntim", "cèntims")),
        "USD" => (masculine("dòlar", "dòlars"), masculine("centau", "centaus")),
        "GBP" => (feminine("lliura", "lliures"), masculine("penic", "penics")),
        "RUB" => (masculine("ruble", "rubles"), masculine("copec", "copecs")),
        "UAH" => (feminine("hrívnia", "hrívnies"), masculine("copec", "copecs")),
        "KZT" => (masculine("tenge", "tenges"), masculine("tiyn", "tiyns")),
        _ => return None,
    })
}

fn russian(code: &str) -> Option<Names> {
    let he = |one, few, many| Noun { gender: Gender::Masculine, forms: [one, few, many] };
    let she = |one, few, many| Noun { gender: Gender::Feminine, forms: [one, few, many] };
    let cent = he("цент", "цента", "центов");
    let kopeck = she("копейка", "копейки", "копеек");
    Some(match code {
        "EUR" => (masculine("евро", "евро"), cent),
        "USD" => (he("доллар", "доллара", "долларов"), cent),
        "GBP" => (he("фунт", "фунта", "фунтов"), he("пенс", "пенса", "пенсов")),
        "RUB" => (he("рубль", "рубля", "рублей"), kopeck),
        "UAH" => (she("гривна", "гривны", "гривен"), kopeck),
        "KZT" => (masculine("тенге", "тенге"), he("тиын", "тиына", "тиынов")),
        _ => return None,
    })
}

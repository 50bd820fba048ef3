//! Amounts of money, in a currency's own words.

use super::{Language, currency, number::Decimal};

/// An amount as decimal text and its currency (ISO 4217): `12.50` `EUR` → `12 euros and 50 cents`,
/// `21` `RUB` → `21 рубль`. A unit price with more than two decimals is said as one number. An unknown
/// currency is spelled after the number; a text that is no amount comes back as it is.
#[must_use]
pub fn money(amount: &str, currency: &str, lang: &str) -> String {
    let language = Language::of(lang);
    let code = currency.trim().to_ascii_uppercase();
    let Some(decimal) = Decimal::parse(amount) else { return amount.to_owned() };
    let plain = super::number(amount, lang);
    let Some((unit, coin)) = currency::names(&code, language) else {
        return unknown(&plain, &code, lang);
    };
    let (Some(units), Some(coins)) = (decimal.small(), decimal.hundredths()) else {
        // Behind a fraction, Russian has the form of two: «пять десятых рубля».
        let like = if decimal.fraction.is_empty() { 0 } else { 2 };
        return format!("{plain} {}", unit.form(like, language));
    };
    let sign = if decimal.negative { language.minus() } else { "" };
    let units_said = unit.counted(units, language);
    let coins_said = coin.counted(coins, language);
    match (units, coins, language) {
        (_, 0, _) => format!("{sign}{units_said}"),
        (0, _, _) => format!("{sign}{coins_said}"),
        (_, _, Language::English) => format!("{sign}{units_said} and {coins_said}"),
        (_, _, Language::Spanish) => format!("{sign}{units_said} con {coins_said}"),
        (_, _, Language::Catalan) => format!("{sign}{units_said} amb {coins_said}"),
        _ => format!("{sign}{units_said} {coins_said}"),
    }
}

fn unknown(number: &str, code: &str, lang: &str) -> String {
    if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) {
        format!("{number} {}", super::digits(code, lang))
    } else {
        number.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_each_language() {
        for (amount, currency, lang, said) in [
            ("12.50", "EUR", "en", "12 euros and 50 cents"),
            ("1", "EUR", "en", "1 euro"),
            ("0", "EUR", "en", "0 euros"),
            ("0.01", "EUR", "en", "1 cent"),
            ("-7.5", "usd", "en", "minus 7 dollars and 50 cents"),
            ("1.01", "GBP", "en", "1 pound and 1 penny"),
            ("1000000", "EUR", "en", "1000000 euros"),
            ("1.459", "EUR", "en", "1.459 euros"),
            ("12.50", "EUR", "es", "12 euros con 50 céntimos"),
            ("1", "EUR", "es", "un euro"),
            ("21.21", "EUR", "es", "veintiún euros con veintiún céntimos"),
            ("101", "EUR", "es", "ciento un euros"),
            ("21", "GBP", "es", "veintiuna libras"),
            ("200.01", "UAH", "es", "doscientas grivnas con un kopek"),
            ("1000000", "EUR", "es", "un millón de euros"),
            ("0.05", "EUR", "es", "5 céntimos"),
            ("1", "EUR", "ca", "un euro"),
            ("2.20", "GBP", "ca", "dues lliures amb 20 penics"),
            ("21.5", "EUR", "ca", "vint-i-un euros amb 50 cèntims"),
            ("2000000", "EUR", "ca", "dos milions d'euros"),
            ("0", "RUB", "ru", "0 рублей"),
            ("1", "RUB", "ru", "1 рубль"),
            ("2", "RUB", "ru", "2 рубля"),
            ("5", "RUB", "ru", "5 рублей"),
            ("11", "RUB", "ru", "11 рублей"),
            ("21", "RUB", "ru", "21 рубль"),
            ("101.01", "RUB", "ru", "101 рубль одна копейка"),
            ("1002.22", "RUB", "ru", "тысяча два рубля двадцать две копейки"),
            ("-0.5", "RUB", "ru", "минус 50 копеек"),
            ("1.12", "UAH", "ru", "одна гривна 12 копеек"),
            ("22", "UAH", "ru", "двадцать две гривны"),
            ("21.50", "EUR", "ru", "21 евро 50 центов"),
            ("5000", "KZT", "ru", "пять тысяч тенге"),
            ("1000000", "RUB", "ru", "миллион рублей"),
            ("1.459", "RUB", "ru", "одна целая 459 тысячных рубля"),
            ("12.5", "CHF", "en", "12.5 C, H, F"),
            ("12.5", "EUR", "fr", "12.5 E, U, R"),
            ("12.5", "; rm", "en", "12.5"),
            ("a lot", "EUR", "en", "a lot"),
        ] {
            assert_eq!(money(amount, currency, lang), said, "{amount} {currency} {lang}");
        }
    }
}

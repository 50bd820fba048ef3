//! Which of espeak-ng's voices speaks a language.

/// Tags whose voice has another name.
const RENAMED: [(&str, &str); 8] = [
    ("en", "en-us"),
    ("es-mx", "es-419"),
    ("es-ar", "es-419"),
    ("es-co", "es-419"),
    ("fr", "fr-fr"),
    ("no", "nb"),
    ("zh", "cmn"),
    ("iw", "he"),
];

/// Voices named like their language (espeak-ng 1.51, `--voices`; living languages).
const VOICES: [&str; 104] = [
    "af", "am", "an", "ar", "as", "az", "ba", "be", "bg", "bn", "bpy", "bs", "ca", "cmn", "cs", "cv", "cy",
    "da", "de", "el", "en-gb", "en-us", "eo", "es", "es-419", "et", "eu", "fa", "fi", "fr-be", "fr-ch",
    "fr-fr", "ga", "gd", "gn", "gu", "hak", "haw", "he", "hi", "hr", "ht", "hu", "hy", "hyw", "ia", "id",
    "io", "is", "it", "ja", "ka", "kk", "kl", "kn", "ko", "kok", "ku", "ky", "la", "lb", "lt", "ltg", "lv",
    "mi", "mk", "ml", "mr", "ms", "mt", "my", "nb", "ne", "nl", "nog", "om", "or", "pa", "pap", "pl", "pt",
    "pt-br", "qu", "ro", "ru", "sd", "si", "sk", "sl", "smj", "sq", "sr", "sv", "sw", "ta", "te", "th", "tk",
    "tn", "tr", "tt", "uk", "ur", "uz",
];

/// The voice for a tag: its own, or that of its first part. Only names of the table ever leave here.
pub(super) fn voice(lang: &str) -> Option<&'static str> {
    if lang.len() > 35 {
        return None;
    }
    let tag = lang.to_ascii_lowercase().replace('_', "-");
    let primary = tag.split('-').next().unwrap_or_default();
    known(&tag).or_else(|| known(primary))
}

fn known(tag: &str) -> Option<&'static str> {
    let renamed = RENAMED.iter().find(|(name, _)| *name == tag).map(|(_, voice)| *voice);
    renamed.or_else(|| VOICES.binary_search(&tag).ok().map(|at| VOICES[at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags() {
        for (tag, name) in [
            ("en", Some("en-us")),
            ("en_GB", Some("en-gb")),
            ("en-AU", Some("en-us")),
            ("es-MX", Some("es-419")),
            ("es-ES", Some("es")),
            ("ca", Some("ca")),
            ("ru-RU", Some("ru")),
            ("zh-Hans-CN", Some("cmn")),
            ("xx", None),
            ("", None),
            ("-f", None),
            ("--voices", None),
            ("../../etc", None),
        ] {
            assert_eq!(voice(tag), name, "{tag}");
        }
        assert!(VOICES.is_sorted());
        assert!(RENAMED.iter().all(|(_, voice)| VOICES.contains(voice)));
    }
}

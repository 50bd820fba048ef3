//! In which form a week is wanted: by `format`, else by `Accept`.

use axum::{
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};

use crate::{
    http::problem::Problem,
    model::{KeptWeek, Sheet},
    timetable::{Crew, print},
};

/// A form of a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Html,
    Pdf,
    Csv,
}

const FORMATS: [(Format, &str, &str); 4] = [
    (Format::Json, "json", "application/json"),
    (Format::Html, "html", "text/html"),
    (Format::Pdf, "pdf", "application/pdf"),
    (Format::Csv, "csv", "text/csv"),
];

impl Format {
    /// What the query says, else the first of the header's kinds that there is; JSON, if none is named.
    pub(super) fn wanted(query: Option<&str>, headers: &HeaderMap) -> Result<Self, Problem> {
        if let Some(name) = query {
            let found = FORMATS.iter().find(|(_, known, _)| *known == name);
            let names = FORMATS.map(|(_, name, _)| name).join(", ");
            return found
                .map(|found| found.0)
                .ok_or_else(|| Problem::field("format", format!("it is one of {names}")));
        }
        let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kinds = accepted.split(',').map(|kind| kind.split(';').next().unwrap_or_default().trim());
        let known = |kind: &str| FORMATS.iter().find(|(.., known)| kind.eq_ignore_ascii_case(known));
        Ok(kinds.filter_map(known).map(|found| found.0).next().unwrap_or(Self::Json))
    }

    /// The week in this form; none for JSON, which is the handler's.
    pub(super) fn print(self, name: &str, sheet: Sheet, kept: &KeptWeek, crew: &Crew) -> Option<Response> {
        let printed = print::Printed { name, sheet, kept, persons: &crew.persons };
        let (kind, ending, body) = match self {
            Self::Json => return None,
            Self::Html => ("text/html; charset=utf-8", "html", print::html(&printed).into_bytes()),
            Self::Pdf => ("application/pdf", "pdf", print::pdf(&printed)),
            Self::Csv => ("text/csv; charset=utf-8", "csv", print::csv(&printed).into_bytes()),
        };
        let headers = [
            (header::CONTENT_TYPE, kind.to_owned()),
            (header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}-{sheet}.{ending}\"")),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            // The page is its own style and nothing else.
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'".to_owned()),
        ];
        Some((headers, body).into_response())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_goes_before_the_header() {
        let wanted = |query: Option<&str>, accept: &str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
            Format::wanted(query, &headers).ok()
        };
        assert_eq!(wanted(Some("pdf"), "text/html"), Some(Format::Pdf));
        assert_eq!(wanted(Some("doc"), "text/html"), None);
        assert_eq!(wanted(None, "image/png, Text/HTML;q=0.9, */*"), Some(Format::Html));
        assert_eq!(wanted(None, "*/*"), Some(Format::Json));
    }
}

//! What lists have in common: pages and telephone numbers in queries.

use super::problem::Problem;
use crate::{
    model::{Country, PhoneNumber},
    storage::{LARGEST_PAGE, PageRequest},
};

const DEFAULT_LIMIT: u32 = 50;

/// A page as the query asks for it.
#[derive(Debug)]
pub(super) struct Paging {
    pub(super) cursor: Option<String>,
    pub(super) limit: Option<u32>,
}

impl Paging {
    /// The store's form of it.
    pub(super) fn request(self) -> Result<PageRequest, Problem> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=LARGEST_PAGE).contains(&limit) {
            return Err(Problem::field("limit", format!("a page has 1 to {LARGEST_PAGE} rows")));
        }
        Ok(PageRequest { cursor: self.cursor, limit })
    }
}

/// A telephone number in a query.
pub(super) fn phone(field: &str, text: &str, country: Option<Country>) -> Result<PhoneNumber, Problem> {
    PhoneNumber::parse(text, country).map_err(|error| Problem::field(field, error.to_string()))
}

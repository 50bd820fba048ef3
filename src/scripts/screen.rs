//! `screen`: whether the caller stands on the block list or the VIP list.

use super::{asked::Asked, sheet::Sheet, trouble::Trouble};
use crate::model::ListName;

pub(super) async fn answer(asked: &Asked<'_>) -> Result<Sheet, Trouble> {
    let list = match asked.number() {
        Some(number) => asked.answers().list(&number).await?,
        None => None,
    };
    Ok(sheet(list))
}

/// Nobody is turned away because a list could not be read.
pub(super) fn blank() -> Sheet {
    sheet(None)
}

fn sheet(list: Option<ListName>) -> Sheet {
    Sheet::default().with("STASISD_SCREEN", list.map_or("none", ListName::as_str))
}

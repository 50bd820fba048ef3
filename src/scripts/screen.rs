//! `screen`: whether the caller stands on the block list or the VIP list.

use super::{answers::Screen, asked::Asked, sheet::Sheet, trouble::Trouble};

pub(super) async fn answer(asked: &Asked<'_>) -> Result<Sheet, Trouble> {
    let screen = match asked.number() {
        Some(number) => asked.answers().screen(&number).await?,
        None => Screen::None,
    };
    Ok(sheet(screen))
}

/// Nobody is turned away because a list could not be read.
pub(super) fn blank() -> Sheet {
    sheet(Screen::None)
}

fn sheet(screen: Screen) -> Sheet {
    Sheet::default().with("STASISD_SCREEN", screen.as_str())
}

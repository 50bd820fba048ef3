//! `note`: a note on the call, such as what the caller chose in the dialplan's own menu.

use super::{answers::Remark, asked::Asked, sheet::Sheet, trouble::Trouble};

pub(super) async fn answer(asked: &Asked<'_>) -> Result<Sheet, Trouble> {
    let categories = asked.parameter("category").unwrap_or_default();
    let categories = categories.split('|').map(str::trim).filter(|name| !name.is_empty());
    let remark = Remark {
        channel: asked.channel(),
        number: asked.number(),
        person: asked.parameter("person"),
        categories: categories.map(str::to_owned).collect(),
        text: asked.first("text")?,
    };
    let id = asked.answers().note(remark).await?;
    Ok(Sheet::default().with("STASISD_NOTE", &id))
}

pub(super) fn blank() -> Sheet {
    Sheet::default().with("STASISD_NOTE", "")
}

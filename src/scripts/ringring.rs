//! `ringring`: a desk's phone rings, and whoever watches the event stream learns who calls.

use super::{answers::Ringing, asked::Asked, sheet::Sheet, trouble::Trouble};

pub(super) async fn answer(asked: &Asked<'_>) -> Result<Sheet, Trouble> {
    let extension = asked.first("extension")?;
    let number = asked.number().ok_or_else(|| Trouble::Argument("the caller has no number".to_owned()))?;
    asked.answers().ring(Ringing { extension, number, channel: asked.channel() }).await?;
    Ok(Sheet::default())
}

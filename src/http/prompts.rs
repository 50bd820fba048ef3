//! `GET /prompts/{file}`: rendered prompts for Asterisk's media cache. Their names are hashes of their content,
//! which nobody guesses, and a file under such a name never changes.

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use tower::ServiceExt;
use tower_http::services::ServeFile;

use super::{
    auth::{self, Peer},
    code::Code,
    endpoints::{Endpoints, routes},
    extract::Path,
    problem::Problem,
    state::App,
};

/// Characters of a name: less could be guessed, more is none of ours.
const NAME_LENGTH: std::ops::RangeInclusive<usize> = 16..=128;

pub(super) fn routes() -> Endpoints {
    Endpoints::new().routes(routes!(prompt))
}

/// Fetch a rendered prompt
///
/// For Asterisk; ranges, HEAD and conditional requests work.
#[utoipa::path(
    get, path = "/prompts/{file}", tag = "prompts", operation_id = "getPrompt",
    params(("file" = String, Path, description = "The content's hash and `.wav`")),
    responses(
        (status = 200, content_type = "audio/wav", body = Vec<u8>, description = "The prompt"),
        (status = 206, content_type = "audio/wav", body = Vec<u8>, description = "A part of it"),
        (status = 304, description = "It has not changed"),
    )
)]
async fn prompt(
    State(app): State<App>,
    Path(file): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let Some(path) = name(&file).and_then(|name| app.control().prompt_file(name)) else {
        return Err(missing(request, &app));
    };
    let Ok(mut response) = ServeFile::new(path).oneshot(request).await;
    if response.status().is_success() {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("audio/wav"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400, immutable"));
    }
    match response.status().as_u16() {
        200 | 206 | 304 | 416 => Ok(response.into_response()),
        _ => Err(gone()),
    }
}

/// Whoever tries names pays for it.
fn missing(request: Request, app: &App) -> Problem {
    let (parts, _) = request.into_parts();
    auth::anonymous(Peer::of(&parts), app).err().unwrap_or_else(gone)
}

fn gone() -> Problem {
    Problem::new(Code::NotFound, "there is no such prompt")
}

/// The hash in a file's name: letters and digits, so that no path comes through.
fn name(file: &str) -> Option<&str> {
    let name = file.strip_suffix(".wav").or_else(|| file.strip_suffix(".wav16"))?;
    let fits = NAME_LENGTH.contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_hashes_and_no_paths() {
        let hash = "0123456789abcdef0123456789abcdef";
        assert_eq!(name(&format!("{hash}.wav")), Some(hash));
        for bad in ["x.wav", hash, "../../../../etc/passwd.wav", "0123456789abcdef/01234567.wav", ".wav"] {
            assert_eq!(name(bad), None, "{bad}");
        }
    }
}

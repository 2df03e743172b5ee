//! The pages: built into the binary, with nothing from elsewhere.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use include_dir::{Dir, include_dir};

use super::answer::Wrong;

static PAGES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/serve/pages");

/// Everything comes from here, scripts stand in files, and nobody else shows the page in a frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

pub(super) async fn index() -> Response {
    page("index.html")
}

pub(super) async fn asset(Path(path): Path<String>) -> Response {
    page(&path)
}

/// A file of the pages.
fn page(path: &str) -> Response {
    let Some(file) = PAGES.get_file(path) else {
        let message = "there is no such file";
        return Wrong::new(StatusCode::NOT_FOUND, "not-found", message).into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, media_type(path)),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        // Another version of the program may listen here tomorrow.
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, file.contents()).into_response()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

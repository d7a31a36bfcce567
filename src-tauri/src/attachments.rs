//! Pictures of the open book for the window, under addresses of their own: never a path, never anything that could run.

use std::sync::Arc;

use clientele_api::{ErrorCode, Refusal, Shown};
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{Manager, UriSchemeContext, UriSchemeResponder, Wry};

use crate::{Desktop, WINDOW};

/// The scheme of these addresses.
pub const SCHEME: &str = "clientele-attachment";

/// Whatever it were taken for: nothing in it loads, runs or frames anything.
const POLICY: &str = "default-src 'none'; sandbox";

/// Answers the window. Reading a picture may take a while, and this is the window's own thread.
pub fn answer(context: UriSchemeContext<'_, Wry>, request: Request<Vec<u8>>, responder: UriSchemeResponder) {
    let is_ours = context.webview_label() == WINDOW && request.method() == "GET";
    let api = Arc::clone(&context.app_handle().state::<Desktop>());
    let address = request.uri().path().to_owned();
    let work = move || {
        let shown = if is_ours {
            api.picture(&address)
        } else {
            Err(ErrorCode::NotAllowed.into())
        };
        responder.respond(response(shown));
    };
    tauri::async_runtime::spawn_blocking(work);
}

fn response(shown: Result<Shown, Refusal>) -> Response<Vec<u8>> {
    let (status, media_type, bytes) = match shown {
        Ok(shown) => (StatusCode::OK, shown.media_type, shown.bytes),
        Err(refusal) => {
            let status = match refusal.code {
                ErrorCode::NotAllowed => StatusCode::FORBIDDEN,
                ErrorCode::AttachmentDamaged => StatusCode::INTERNAL_SERVER_ERROR,
                _ => StatusCode::NOT_FOUND,
            };
            (status, "text/plain".to_owned(), Vec::new())
        }
    };
    let mut response = Response::new(bytes);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let plain = |text: &'static str| header::HeaderValue::from_static(text);
    let media_type = header::HeaderValue::from_str(&media_type);
    headers.insert(header::CONTENT_TYPE, media_type.unwrap_or(plain("text/plain")));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, plain("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, plain(POLICY));
    // A picture that is erased must not come back from anywhere.
    headers.insert(header::CACHE_CONTROL, plain("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_only_ever_a_picture() {
        let shown = Shown {
            media_type: "image/png".to_owned(),
            bytes: vec![1],
        };
        let response = response(Ok(shown));
        let header = |name| response.headers()[name].to_str().unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header("content-type"), "image/png");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cache-control"), "no-store");
        assert!(header("content-security-policy").contains("default-src 'none'"));
    }

    #[test]
    fn what_is_refused_has_no_content() {
        for (code, status) in [
            (ErrorCode::NotAllowed, 403),
            (ErrorCode::NotFound, 404),
            (ErrorCode::AttachmentNotHere, 404),
            (ErrorCode::BookNotOpen, 404),
            (ErrorCode::AttachmentDamaged, 500),
        ] {
            let response = response(Err(code.into()));
            assert_eq!(response.status().as_u16(), status, "{code:?}");
            assert!(response.body().is_empty());
        }
    }
}

//! A window with next to nothing in it: beside it is measured what the program's own costs.
//!
//! One field; each key that is typed there fetches fifty rows from the program and draws them.

use std::borrow::Cow;
use std::fmt::Write as _;

use tao::event::{Event, WindowEvent};
use tao::event_loop::{ControlFlow, EventLoop};
use tao::platform::unix::WindowExtUnix;
use tao::window::WindowBuilder;
use wry::http::Response;
use wry::{WebContext, WebViewBuilder, WebViewBuilderExtUnix};

const PAGE: &str = r#"<!doctype html><meta charset="utf-8"><title>bare</title>
<input data-testid="search-input" autofocus><ul></ul>
<script>
  const [input, list] = [document.querySelector("input"), document.querySelector("ul")];
  input.addEventListener("input", async () => {
    const rows = await (await fetch(`bare://rows/${encodeURIComponent(input.value)}`)).json();
    list.replaceChildren(...rows.map((row) => {
      const line = document.createElement("li");
      line.dataset.testid = "search-hit";
      line.textContent = `${row.name} ${row.phone}`;
      return line;
    }));
  });
  requestAnimationFrame(() => performance.mark("list"));
</script>"#;

/// Fifty rows that say what was typed.
fn rows(typed: &str) -> String {
    let mut json = "[".to_owned();
    for n in 0..50 {
        let comma = if n == 0 { "" } else { "," };
        let _ = write!(
            json,
            r#"{comma}{{"name":"{typed} {n}","phone":"+359 88 {n:07}"}}"#
        );
    }
    json + "]"
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let events = EventLoop::new();
    let window = WindowBuilder::new()
        .with_title("bare")
        .with_inner_size(tao::dpi::LogicalSize::new(1280, 800))
        .build(&events)?;
    let mut context = WebContext::new(None);
    context.set_allows_automation(true);
    let answer = |request: wry::http::Request<Vec<u8>>| {
        let uri = request.uri();
        let (kind, body) = match uri.host() {
            Some("rows") => ("application/json", rows(uri.path().trim_start_matches('/'))),
            _ => ("text/html", PAGE.to_owned()),
        };
        let answer = Response::builder()
            .header("Content-Type", kind)
            .header("Access-Control-Allow-Origin", "*");
        answer.body(Cow::from(body.into_bytes())).unwrap_or_default()
    };
    let view = WebViewBuilder::new_with_web_context(&mut context)
        .with_custom_protocol("bare".to_owned(), move |_, request| answer(request))
        .with_url("bare://page/");
    let inside = window.default_vbox().ok_or("a window without an inside")?;
    let _view = view.build_gtk(inside)?;
    events.run(move |event, _, next| {
        *next = ControlFlow::Wait;
        if let Event::WindowEvent {
            event: WindowEvent::CloseRequested,
            ..
        } = event
        {
            *next = ControlFlow::Exit;
        }
    })
}

//! As much of the WebDriver protocol as the journeys need, each request with a deadline.

use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::error::{Error, Result, wait_for};
use crate::process::{self, Program};
use crate::stage::Stage;

/// The name under which the protocol hands out an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// A request that takes longer than this has hung.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// A running program under the control of WebDriver. Dropping it kills both.
pub struct Session {
    agent: ureq::Agent,
    url: String,
    _driver: Program,
}

/// An element of the page.
#[derive(Clone, Debug)]
pub struct Element(String);

impl Session {
    /// Starts `program` with these arguments on this stage. What it writes to its standard error goes to `log`.
    ///
    /// # Errors
    /// When the driver or the program does not come up in time.
    pub fn start(
        stage: &Stage,
        program: &Path,
        arguments: &[String],
        locale: &str,
        log: &Path,
    ) -> Result<Self> {
        let port = free_port()?;
        let log = std::fs::File::options().create(true).append(true).open(log)?;
        let mut command = process::command("WebKitWebDriver");
        stage.dress(&mut command);
        command
            .arg(format!("--port={port}"))
            // Without it the program is not under the driver's control, and the driver waits for ever.
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("LANG", locale)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let driver = Program::start("WebKitWebDriver", &mut command)?;
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(REQUEST_TIMEOUT))
            .http_status_as_error(false)
            .build()
            .new_agent();
        let base = format!("http://127.0.0.1:{port}");
        wait_for("WebKitWebDriver", Duration::from_secs(10), || {
            Ok(agent.get(format!("{base}/status")).call().is_ok().then_some(()))
        })?;

        let mut session = Self {
            agent,
            url: format!("{base}/session"),
            _driver: driver,
        };
        let options = json!({ "binary": program, "args": arguments });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let answer = session
            .post("", wanted)
            .map_err(|error| error.context("the program does not start"))?;
        let id = answer["sessionId"]
            .as_str()
            .ok_or_else(|| Error::new("WebDriver gave no session"))?;
        session.url = format!("{}/{id}", session.url);
        Ok(session)
    }

    /// Ends the program as closing its window does.
    ///
    /// # Errors
    /// When it does not end.
    pub fn end(self) -> Result<()> {
        read(self.agent.delete(&self.url).call()?).map(drop)
    }

    /// The first element that matches, if there is one now.
    ///
    /// # Errors
    /// When the program does not answer.
    pub fn find(&self, css: &str) -> Result<Option<Element>> {
        Ok(self.find_all(css)?.into_iter().next())
    }

    /// All elements that match now.
    ///
    /// # Errors
    /// When the program does not answer.
    pub fn find_all(&self, css: &str) -> Result<Vec<Element>> {
        let found = self.post("/elements", json!({ "using": "css selector", "value": css }))?;
        let found = found.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(found
            .iter()
            .filter_map(|one| Some(Element(one[ELEMENT].as_str()?.to_owned())))
            .collect())
    }

    /// Clicks in the middle of an element, which must be in sight.
    ///
    /// # Errors
    /// When it is gone, covered or out of sight.
    pub fn click(&self, element: &Element) -> Result<()> {
        self.post(&format!("/element/{}/click", element.0), json!({}))
            .map(drop)
    }

    /// Types a text into an element, letter by letter.
    ///
    /// # Errors
    /// When it takes no keys.
    pub fn send_keys(&self, element: &Element, text: &str) -> Result<()> {
        self.post(&format!("/element/{}/value", element.0), json!({ "text": text }))
            .map(drop)
    }

    /// Empties a field.
    ///
    /// # Errors
    /// When it is no field.
    pub fn clear(&self, element: &Element) -> Result<()> {
        self.post(&format!("/element/{}/clear", element.0), json!({}))
            .map(drop)
    }

    /// What a person reads in an element. Not WebDriver's own idea of it, which leaves out words that an ellipsis may
    /// shorten.
    ///
    /// # Errors
    /// When it is gone.
    pub fn text(&self, element: &Element) -> Result<String> {
        Ok(self
            .property(element, "innerText")?
            .as_str()
            .unwrap_or_default()
            .to_owned())
    }

    /// Whether an element is drawn. Not WebDriver's own idea of it, which takes words that an ellipsis may shorten for
    /// hidden ones.
    ///
    /// # Errors
    /// When it is gone.
    pub fn is_displayed(&self, element: &Element) -> Result<bool> {
        let script = "const [element] = arguments, { width, height } = element.getBoundingClientRect();
            return width * height > 0 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true })";
        Ok(self.run(script, &[json!({ ELEMENT: element.0 })])? == json!(true))
    }

    /// A property of an element as the page's scripts see it, such as `value` or `disabled`.
    ///
    /// # Errors
    /// When it is gone.
    pub fn property(&self, element: &Element, name: &str) -> Result<Value> {
        self.get(&format!("/element/{}/property/{name}", element.0))
    }

    /// Runs the body of a function in the page; `arguments` are its `arguments`.
    ///
    /// # Errors
    /// When it throws.
    pub fn run(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.post("/execute/sync", json!({ "script": script, "args": arguments }))
    }

    /// The same for a function that answers later, by calling its last argument.
    ///
    /// # Errors
    /// When it throws, or does not answer in time.
    pub fn run_async(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.post("/execute/async", json!({ "script": script, "args": arguments }))
    }

    fn get(&self, path: &str) -> Result<Value> {
        read(self.agent.get(format!("{}{path}", self.url)).call()?)
    }

    fn post(&self, path: &str, body: Value) -> Result<Value> {
        read(self.agent.post(format!("{}{path}", self.url)).send_json(body)?)
    }
}

/// Takes the value out of an answer, or the complaint.
fn read(mut answer: ureq::http::Response<ureq::Body>) -> Result<Value> {
    let succeeded = answer.status().is_success();
    let mut body: Value = answer.body_mut().read_json()?;
    let value = body["value"].take();
    if succeeded {
        return Ok(value);
    }
    let kind = value["error"].as_str().unwrap_or("WebDriver refused");
    Err(Error::new(format!(
        "{kind}: {}",
        value["message"].as_str().unwrap_or_default()
    )))
}

/// A port that nobody listens on now. WebKitWebDriver cannot be asked to find one itself.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

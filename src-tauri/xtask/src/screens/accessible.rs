//! Can everybody use a screen? What axe-core finds against the rules of WCAG 2.2, levels A and AA.

use clientele_window_tests::Clientele;
use serde_json::{Value, json};

use crate::sh::{Result, root};

/// The rules that are asked about, as axe-core names them.
const RULES: [&str; 5] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/// Of one rule so many places are told.
const PLACES_MAX: usize = 4;

const RUN: &str = "const [tags, most, done] = arguments;
    axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }).then(
      ({ violations, passes }) => done({
        checked: passes.length + violations.length,
        broken: violations.map(({ id, help, nodes }) => ({
          id, help, count: nodes.length,
          places: nodes.slice(0, most).map((node) => `${node.target.join(' ')}: ${node.failureSummary}`),
        })),
      }),
      (error) => done({ error: String(error) }));";

/// Everything that the screen which stands now breaks, a sentence each.
///
/// # Errors
/// Where it could not be asked, or where the question was no question: no rule applied to anything.
pub fn complaints(clientele: &Clientele) -> Result<Vec<String>> {
    let session = clientele.session()?;
    if session.run("return typeof window.axe", &[])? != json!("object") {
        let axe = std::fs::read_to_string(root().join("ui/node_modules/axe-core/axe.min.js"))?;
        session.run(&axe, &[])?;
    }
    let found = session.run_async(RUN, &[json!(RULES), json!(PLACES_MAX)])?;
    if let Some(error) = found["error"].as_str() {
        return Err(error.into());
    }
    if found["checked"].as_u64().unwrap_or(0) == 0 {
        return Err("no rule applied to anything on the screen".into());
    }
    let broken = found["broken"].as_array().into_iter().flatten();
    Ok(broken.map(sentence).collect())
}

fn sentence(broken: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let places = broken["places"].as_array().into_iter().flatten();
    let places: Vec<String> = places
        .map(|place| text(place).replace('\n', "\n      "))
        .collect();
    format!(
        "{}: {} ({} places)\n    {}",
        text(&broken["id"]),
        text(&broken["help"]),
        broken["count"],
        places.join("\n    ")
    )
}

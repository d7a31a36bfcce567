//! Which crate may know which: arrows point downwards, and only the shell knows Tauri.

use serde_json::Value;

use super::Finding;

/// Each crate, and those of ours that it may use. Who is not in the list (tests, xtask) may use all.
const MAY_USE: &[(&str, &[&str])] = &[
    ("clientele-model", &[]),
    ("clientele-formats", &["clientele-model"]),
    (
        "clientele-core",
        &["clientele-formats", "clientele-model", "clientele-protocol"],
    ),
    ("clientele-protocol", &["clientele-model"]),
    (
        "clientele-sync",
        &["clientele-core", "clientele-protocol", "clientele-model"],
    ),
    (
        "clientele-api",
        &[
            "clientele-core",
            "clientele-formats",
            "clientele-sync",
            "clientele-model",
        ],
    ),
    ("clientele-cli", &["clientele-api"]),
    ("clientele", &["clientele-api"]),
    ("clientele-server", &["clientele-model", "clientele-protocol"]),
];

/// Looks at what every crate depends on, for its program and for its build script; its tests may use what they like.
pub fn check(metadata: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in list(&metadata["packages"]) {
        let name = text(&package["name"]);
        let allowed = MAY_USE
            .iter()
            .find(|(crate_name, _)| *crate_name == name)
            .map(|(_, allowed)| *allowed);
        for dependency in list(&package["dependencies"]) {
            let used = text(&dependency["name"]);
            if dependency["kind"] == "dev" {
                continue;
            }
            let is_upward =
                used.starts_with("clientele") && allowed.is_some_and(|allowed| !allowed.contains(&used));
            let is_foreign_shell = used.starts_with("tauri") && name != "clientele";
            if is_upward || is_foreign_shell {
                findings.push(Finding {
                    path: text(&package["manifest_path"]).to_owned(),
                    line: 1,
                    message: format!("{name} may not use {used}"),
                });
            }
        }
    }
    findings
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn messages(name: &str, used: &str, kind: Option<&str>) -> Vec<String> {
        let dependency = json!({ "name": used, "kind": kind });
        let package = json!({ "name": name, "manifest_path": "Cargo.toml", "dependencies": [dependency] });
        check(&json!({ "packages": [package] }))
            .into_iter()
            .map(|finding| finding.message)
            .collect()
    }

    #[test]
    fn arrows_point_downwards() {
        assert_eq!(
            messages("clientele-model", "clientele-core", None),
            ["clientele-model may not use clientele-core"]
        );
        assert_eq!(
            messages("clientele-server", "clientele-core", Some("build")).len(),
            1
        );
        assert_eq!(messages("clientele", "clientele-core", None).len(), 1);
        assert!(messages("clientele-core", "clientele-model", None).is_empty());
        assert!(messages("clientele-core", "clientele-tests", Some("dev")).is_empty());
        assert!(messages("xtask", "clientele-api", None).is_empty());
    }

    #[test]
    fn only_the_shell_knows_tauri() {
        assert_eq!(messages("clientele-api", "tauri-plugin-dialog", None).len(), 1);
        assert!(messages("clientele", "tauri", None).is_empty());
    }
}

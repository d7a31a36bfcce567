//! Declares the commands of the shell, so that Tauri allows these and no other, and embeds icons and manifest.

fn main() {
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        .app_manifest(tauri_build::AppManifest::new().commands(&["call", "ready"]));
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("the shell cannot be prepared: {error:#}");
    }
}

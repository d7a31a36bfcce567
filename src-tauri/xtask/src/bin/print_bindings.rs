//! Prints the TypeScript of the api's commands and types; `cargo xtask bindings` puts it where the window reads it.

fn main() {
    print!("{}", clientele_api::bindings::typescript());
}

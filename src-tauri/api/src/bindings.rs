//! The TypeScript side of every command and type, made from the same list that dispatches.

use std::collections::BTreeMap;
use std::fmt::Write;

use ts_rs::{Config, TS, TypeVisitor};

use crate::commands;
use crate::host::Event;

/// Collects the declarations of types and commands.
pub(crate) struct Bindings {
    config: Config,
    types: BTreeMap<String, String>,
    commands: Vec<String>,
}

impl TypeVisitor for Bindings {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        T::visit_generics(self);
        // Only a type of ours has a declaration of its own.
        if T::output_path().is_none() {
            return;
        }
        let name = T::ident(&self.config);
        if !self.types.contains_key(&name) {
            self.types.insert(name, T::decl(&self.config));
            T::visit_dependencies(self);
        }
    }
}

impl Bindings {
    fn of<T: TS + 'static>(&mut self) -> String {
        self.visit::<T>();
        T::visit_dependencies(self);
        T::name(&self.config)
    }

    pub(crate) fn command<A: TS + 'static, R: TS + 'static>(&mut self, name: &str) {
        let (args, result) = (self.of::<A>(), self.of::<R>());
        self.commands
            .push(format!("  {name}: {{ args: {args}; result: {result} }};\n"));
    }
}

/// The whole of `ui/src/lib/bindings.gen.ts`.
#[must_use]
pub fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let mut bindings = Bindings {
        config,
        types: BTreeMap::new(),
        commands: Vec::new(),
    };
    commands::declare(&mut bindings);
    bindings.of::<Event>();
    let mut out = String::from(
        "// The contract between the window and the core. Written by `cargo xtask bindings`; do not edit.\n\n",
    );
    for declaration in bindings.types.values() {
        let declaration = declaration.replace("/**\n * ", "/** ").replace("\n */", " */");
        let _ = writeln!(out, "export {declaration}\n");
    }
    let _ = writeln!(
        out,
        "// Every command, declared once in src-tauri/api.\nexport interface Commands {{"
    );
    bindings.commands.iter().for_each(|command| out.push_str(command));
    out.push_str("}\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_is_named_is_declared_once() {
        let text = typescript();
        for name in [
            "ClientCard",
            "Refusal",
            "ErrorCode",
            "Written<T>",
            "Event",
            "ImportPreview",
            "StepLabel",
        ] {
            let declared = text.matches(&format!("export type {name} =")).count();
            assert_eq!(declared, 1, "{name}");
        }
        assert!(text.contains("  client_get: { args: ClientRef; result: ClientCard };"));
        assert!(!text.contains("bigint"), "JSON has no bigint");
    }
}

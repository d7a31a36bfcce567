import "./lib/styles/tokens.css";
import "./lib/styles/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { prepare } from "./lib/app.svelte";

// A plain browser during development has no Rust behind it: an invented salon answers instead.
if (import.meta.env.DEV && !("__TAURI_INTERNALS__" in window)) (await import("./testing/install")).install();

prepare();
const target = document.getElementById("app");
if (target) mount(App, { target });

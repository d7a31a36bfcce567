// Light or dark. The choice is remembered beside the page as well, so that the first paint has it
// before Rust has answered.

import type { Theme } from "./bindings.gen";

const KEY = "clientele.theme";
let theme = $state<Theme>(remembered());

function remembered(): Theme {
  const value = store()?.getItem(KEY);
  return value === "light" || value === "dark" ? value : "system";
}

/** Not there in some locked-down engines: then the window simply forgets. */
export function store(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

export function currentTheme(): Theme {
  return theme;
}

/** What the eye sees now. */
export function isDark(): boolean {
  if (theme !== "system") return theme === "dark";
  return typeof matchMedia === "function" && matchMedia("(prefers-color-scheme: dark)").matches;
}

export function applyTheme(next: Theme): void {
  theme = next;
  store()?.setItem(KEY, next);
  const root = document.documentElement;
  if (next === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = next;
}

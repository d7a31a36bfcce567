// Keys by their place on the keyboard (KeyboardEvent.code), so that each works under a Cyrillic
// layout too. A chord is written "Mod+Shift+KeyZ"; Mod is Ctrl, on a Mac Cmd.

import type { Key } from "./i18n/index.svelte";
import { store } from "./theme.svelte";

export type Chord = string;
export type KeyGroup = "anywhere" | "list" | "card" | "form" | "conflict" | "duplicate";

export interface Shortcut {
  group: KeyGroup;
  label: Key;
  chords: readonly Chord[];
}

export const SHORTCUTS = {
  search: { group: "anywhere", label: "keys.search", chords: ["Slash", "Mod+KeyK"] },
  newClient: { group: "anywhere", label: "action.newClient", chords: ["KeyN"] },
  undo: { group: "anywhere", label: "keys.undo", chords: ["Mod+KeyZ"] },
  redo: { group: "anywhere", label: "keys.redo", chords: ["Mod+Shift+KeyZ", "Mod+KeyY"] },
  clients: { group: "anywhere", label: "action.clients", chords: ["Mod+Digit1"] },
  history: { group: "anywhere", label: "action.history", chords: ["Mod+Digit2"] },
  trash: { group: "anywhere", label: "action.trash", chords: ["Mod+Digit3"] },
  import: { group: "anywhere", label: "action.import", chords: ["Mod+Digit4"] },
  settings: { group: "anywhere", label: "action.settings", chords: ["Mod+Digit5"] },
  keys: { group: "anywhere", label: "keys.keys", chords: ["Shift+Slash"] },
  move: { group: "list", label: "keys.move", chords: ["ArrowUp", "ArrowDown"] },
  page: { group: "list", label: "keys.page", chords: ["PageUp", "PageDown"] },
  ends: { group: "list", label: "keys.ends", chords: ["Home", "End"] },
  open: { group: "list", label: "keys.open", chords: ["Enter"] },
  edit: { group: "card", label: "action.edit", chords: ["KeyE"] },
  log: { group: "card", label: "action.log", chords: ["KeyL"] },
  who: { group: "card", label: "action.who", chords: ["KeyH"] },
  print: { group: "card", label: "action.print", chords: ["Mod+KeyP"] },
  attach: { group: "card", label: "action.attach", chords: ["KeyA"] },
  remove: { group: "card", label: "action.remove", chords: ["Delete"] },
  kind: { group: "card", label: "keys.kind", chords: ["Digit1", "Digit7"] },
  keepStanding: { group: "conflict", label: "keys.keepStanding", chords: ["Digit1"] },
  keepLosing: { group: "conflict", label: "keys.keepLosing", chords: ["Digit2"] },
  nextConflict: { group: "conflict", label: "keys.nextConflict", chords: ["ArrowUp", "ArrowDown"] },
  nextPair: { group: "duplicate", label: "keys.move", chords: ["ArrowUp", "ArrowDown"] },
  comparePair: { group: "duplicate", label: "duplicates.compare", chords: ["Enter"] },
  notSame: { group: "duplicate", label: "duplicates.notSame", chords: ["KeyX"] },
  swap: { group: "duplicate", label: "duplicates.swap", chords: ["KeyS"] },
  merge: { group: "duplicate", label: "duplicates.merge", chords: ["Mod+Enter"] },
  save: { group: "form", label: "keys.save", chords: ["Mod+Enter"] },
  cancel: { group: "form", label: "keys.cancel", chords: ["Escape"] },
} as const satisfies Record<string, Shortcut>;

export type ShortcutId = keyof typeof SHORTCUTS;

const mac = typeof navigator !== "undefined" && /Mac/.test(navigator.platform);
/** What a key says on its cap, where this is not its letter. */
const CAPS: Record<string, string> = {
  Slash: "/", Enter: "↵", Escape: "Esc", ArrowUp: "↑", ArrowDown: "↓", PageUp: "PgUp", PageDown: "PgDn", Delete: "Del",
};

/** The caps of a chord, for a human: ["Ctrl", "K"]. */
export function caps(chord: Chord): string[] {
  if (chord === "Shift+Slash") return ["?"];
  return chord.split("+").map((part) => {
    if (part === "Mod") return mac ? "⌘" : "Ctrl";
    if (part === "Shift") return mac ? "⇧" : "Shift";
    return CAPS[part] ?? part.replace(/^(Key|Digit)/, "");
  });
}

type Pressed = Pick<KeyboardEvent, "code" | "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">;

export function matches(event: Pressed, chord: Chord): boolean {
  const parts = chord.split("+");
  const code = parts.pop() ?? "";
  const mod = mac ? event.metaKey : event.ctrlKey;
  if (event.altKey || parts.includes("Mod") !== mod) return false;
  // Where the slash is elsewhere on the keyboard, the sign itself counts as well.
  if (chord === "Slash" && event.key === "/") return true;
  if (chord === "Shift+Slash" && event.key === "?") return true;
  if (parts.includes("Shift") !== event.shiftKey) return false;
  return event.code === code || (code === "Enter" && event.code === "NumpadEnter");
}

export function pressed(event: Pressed, id: ShortcutId): boolean {
  return SHORTCUTS[id].chords.some((chord) => matches(event, chord));
}

/** Whether keys belong to a text field now. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "range"].includes(target.type);
}

/** A chord that is a character by itself; speech input may fire it by accident, so it can be turned off. */
export function isSingle(chord: Chord): boolean {
  return /^(Key[A-Z]|Digit\d|Slash|Shift\+Slash)$/.test(chord);
}

const SINGLE_KEYS = "clientele.singleKeys";

export function singleKeys(): boolean {
  return store()?.getItem(SINGLE_KEYS) !== "off";
}

export function setSingleKeys(on: boolean): void {
  store()?.setItem(SINGLE_KEYS, on ? "on" : "off");
}

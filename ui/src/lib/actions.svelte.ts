// What can be done here and now: the keys, the command palette and the menus read this one list.

import { untrack, type Component } from "svelte";
import { isSingle, isTyping, matches, SHORTCUTS, singleKeys, type ShortcutId } from "./keys";

export interface Action {
  id: string;
  /** In the user's language. */
  label: () => string;
  icon: Component;
  shortcut?: ShortcutId | undefined;
  run: () => void;
  /** Shown in the palette only when its words are typed. */
  rare?: boolean | undefined;
}

let groups = $state.raw<Action[][]>([]);

/** The latest registered come first: what the open card offers stands above what is always there. */
export function actions(): Action[] {
  return groups.flat();
}

/** Offers actions until the returned function is called. */
export function offer(list: Action[]): () => unknown {
  // Whoever offers does not listen: an effect that offers would else wake itself for ever.
  untrack(() => (groups = [list, ...groups]));
  return () => untrack(() => (groups = groups.filter((g) => g !== list)));
}

/** Runs the action whose key was pressed. */
export function runByKey(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return false;
  const typing = isTyping(event.target);
  if (document.querySelector("dialog[open]")) return false;
  for (const action of actions()) {
    if (!action.shortcut) continue;
    for (const chord of SHORTCUTS[action.shortcut].chords) {
      if (!matches(event, chord)) continue;
      // In a text field Ctrl+Z belongs to the text, and letters are letters.
      const belongsToText = typing && (isSingle(chord) || chord === "Delete" || /Key[ZY]$/.test(chord));
      if (belongsToText || (isSingle(chord) && !singleKeys())) continue;
      event.preventDefault();
      action.run();
      return true;
    }
  }
  return false;
}

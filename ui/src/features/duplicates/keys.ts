// When a key is meant for the page about duplicates.

import { isTyping } from "$lib/keys";

/** Not one for the search box, a menu, a dialog or another field; nor one that is held down, which would do the same to one after the other. */
export function forThePage(event: KeyboardEvent): boolean {
  const elsewhere = event.target instanceof Element && event.target.closest("nav, [role=combobox], [role=listbox]");
  return !event.defaultPrevented && !event.isComposing && !event.repeat && !elsewhere && !isTyping(event.target) && !document.querySelector("dialog[open]");
}

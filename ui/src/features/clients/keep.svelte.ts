// Drafts of cards that were left without saving. In memory only: what is not in the encrypted book
// is written nowhere.

import { SvelteMap } from "svelte/reactivity";
import { app } from "$lib/app.svelte";
import type { ClientDraft } from "$lib/bindings.gen";

const kept = new SvelteMap<string, ClientDraft>();
/** Of which book, and which client there. */
function name(id: string | null): string {
  const book = app.state?.book;
  return `${book?.state === "open" ? book.path : ""}\n${id ?? ""}`;
}

export function keptDraft(id: string | null): ClientDraft | undefined {
  return kept.get(name(id));
}

export function keepDraft(id: string | null, draft: ClientDraft): void {
  kept.set(name(id), draft);
}

export function dropDraft(id: string | null): void {
  kept.delete(name(id));
}

// Drafts of a card: an empty one, a copy, what differs, what a search text becomes.

import type { Address, ClientDraft } from "./bindings.gen";

export function emptyDraft(): ClientDraft {
  return {
    kind: "person", given_name: "", patronymic: "", family_name: "", company_name: "", other_names: [], phones: [], emails: [], addresses: [], messengers: [],
    contact_persons: [], birthday: null, language: null, source: "", card_number: "", tags: [], notes: "", expects: "", never: "", custom: [],
  };
}

/** A deep copy without anything reactive in it. */
export function copyDraft(draft: ClientDraft): ClientDraft {
  return JSON.parse(JSON.stringify(draft)) as ClientDraft;
}

const ROWS = ["other_names", "phones", "emails", "addresses", "messengers", "contact_persons"] as const;

/** Without the rows in which nothing was typed. */
export function tidyDraft(draft: ClientDraft): ClientDraft {
  const tidy = copyDraft(draft);
  for (const list of ROWS) {
    const kept = (tidy[list] as object[]).filter((row) => Object.entries(row).some(([key, v]) => !["id", "label", "e164"].includes(key) && typeof v === "string" && v.trim() !== ""));
    (tidy as unknown as Record<string, object[]>)[list] = kept;
  }
  return tidy;
}

/** An address in one line. */
export function addressText(a: Address): string {
  return [a.street, [a.postal_code, a.city].filter(Boolean).join(" "), a.region, a.country].filter(Boolean).join(", ");
}

export function sameDraft(a: ClientDraft, b: ClientDraft): boolean {
  return JSON.stringify(tidyDraft(a)) === JSON.stringify(tidyDraft(b));
}

export function looksLikePhone(text: string): boolean {
  return /^[+\d][\d\s()./-]*$/.test(text.trim()) && text.replace(/\D/g, "").length >= 3;
}

/** A new card from what was typed into the search box. */
export function draftFrom(text: string): ClientDraft {
  const draft = emptyDraft();
  const said = text.trim();
  if (said === "") return draft;
  if (looksLikePhone(said)) draft.phones = [{ id: null, label: "", typed: said, e164: "" }];
  else if (/^\S+@\S+$/.test(said)) draft.emails = [{ id: null, label: "", address: said }];
  else {
    const words = said.split(/\s+/);
    draft.given_name = words[0] ?? "";
    if (words.length > 2) draft.patronymic = words.slice(1, -1).join(" ");
    if (words.length > 1) draft.family_name = words[words.length - 1] ?? "";
  }
  return draft;
}

/** The name as the list shows it; the same rule as the core's. */
export function displayName(draft: ClientDraft): string {
  const person = [draft.given_name, draft.patronymic, draft.family_name].filter((p) => p !== "").join(" ");
  const names = draft.kind === "company" ? [draft.company_name, person] : [person, draft.company_name];
  const rest = [...draft.other_names.map((n) => n.name), ...draft.phones.map((p) => p.typed), ...draft.emails.map((e) => e.address), ...draft.messengers.map((m) => m.handle)];
  return [...names, ...rest].find((name) => name !== "") ?? "";
}

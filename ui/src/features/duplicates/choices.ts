// What of two cards has room for one thing only, what somebody chose of it, and what becomes of the card.

import type { ClientDraft, MergeProposal } from "$lib/bindings.gen";
import { customText } from "$lib/custom";
import { addressText, copyDraft } from "$lib/drafts";
import { birthday } from "$lib/format";
import { fieldName, t, words } from "$lib/i18n/index.svelte";

/** From which card a field is taken, or from both of them. */
export type Side = "keep" | "gone" | "both";

/** A field on which two cards do not agree. */
export interface Choice {
  field: Field;
  /** What it is called. */
  name: string;
  keep: string;
  gone: string;
  /** Both together, where that can be. */
  both: string | null;
  /** What is proposed. */
  preset: Side;
}

/** A line of what needs no choice. */
export interface Line {
  name: string;
  values: string[];
}

const FIELDS = ["kind", "name", "company_name", "birthday", "language", "source", "card_number", "never", "expects", "notes"] as const;
type Field = (typeof FIELDS)[number];
/** Texts of several lines: those of the one may stand below those of the other. */
const LONG: readonly Field[] = ["never", "expects", "notes"];

/** A field as a reader sees it; empty where nothing stands. */
function shown(draft: ClientDraft, field: Field): string {
  if (field === "kind") return t(draft.kind === "company" ? "card.company" : "card.person");
  if (field === "name") return [draft.given_name, draft.patronymic, draft.family_name].filter(Boolean).join(" ");
  if (field === "birthday") return draft.birthday ? birthday(draft.birthday) : "";
  if (field === "language") return draft.language ? words().languages[draft.language] : "";
  return draft[field];
}

function called(draft: ClientDraft, field: Field): string {
  return fieldName(field === "company_name" && draft.kind === "person" ? "works_at" : field);
}

/** Where the two do not agree. */
export function choices({ keep, gone, after }: MergeProposal): Choice[] {
  const found: Choice[] = [];
  for (const field of FIELDS) {
    const [ours, theirs, proposed] = [shown(keep, field), shown(gone, field), shown(after, field)];
    if (ours === "" || theirs === "" || ours === theirs) continue;
    const mixed = proposed !== ours && proposed !== theirs;
    found.push({ field, name: called(keep, field), keep: ours, gone: theirs, both: mixed ? proposed : null, preset: mixed ? "both" : proposed === theirs ? "gone" : "keep" });
  }
  return found;
}

/** Is it a text of several lines? */
export function isLong(field: string): boolean {
  return LONG.some((long) => long === field);
}

/** What both say, or only one of them. */
export function agreed(proposal: MergeProposal): Line[] {
  const { keep, gone, after } = proposal;
  const open = new Set<Field>(["kind", ...choices(proposal).map((choice) => choice.field)]);
  const lines = FIELDS.filter((field) => !open.has(field)).map((field) => ({ name: called(after, field), values: [shown(after, field) || shown(keep, field) || shown(gone, field)] }));
  return lines.filter((line) => line.values[0] !== "");
}

/** The card that stays, as it is to be. `taken` says from where each field that was chosen comes. */
export function chosen(proposal: MergeProposal, taken: (field: string) => Side | undefined): ClientDraft {
  const { keep, gone } = proposal;
  const after = copyDraft(proposal.after);
  for (const { field, preset } of choices(proposal)) {
    const side = taken(field) ?? preset;
    if (side === preset || side === "both") continue;
    const from = side === "keep" ? keep : gone;
    if (field === "name") {
      Object.assign(after, { given_name: from.given_name, patronymic: from.patronymic, family_name: from.family_name });
      // The name that does not stand on the card is still one by which the client is found.
      const [own, other] = [shown(from, "name"), shown(side === "keep" ? gone : keep, "name")];
      after.other_names = after.other_names.filter((row) => row.id !== null || row.name !== own);
      if (!after.other_names.some((row) => row.name === other)) after.other_names.push({ id: null, label: "", name: other });
    } else Object.assign(after, { [field]: from[field] });
  }
  return after;
}

const digits = (text: string): string => text.replace(/\D/g, "");

/** The lists, of which everything is kept: each entry once. */
export function united({ keep, gone }: MergeProposal, after: ClientDraft): Line[] {
  const of = <R>(field: string, rows: (draft: ClientDraft) => R[], text: (row: R) => string, key: (row: R) => string = text): Line => {
    const once = new Map<string, string>();
    for (const row of [after, keep, gone].flatMap(rows)) {
      const said = key(row).toLocaleLowerCase();
      if (!once.has(said)) once.set(said, text(row));
    }
    return { name: fieldName(field), values: [...once.values()].filter((value) => value !== "") };
  };
  const lines = [
    of("phones", (d) => d.phones, (p) => p.typed, (p) => p.e164 || digits(p.typed)),
    of("emails", (d) => d.emails, (e) => e.address),
    of("messengers", (d) => d.messengers, (m) => [m.service, m.handle].filter(Boolean).join(" ")),
    of("addresses", (d) => d.addresses, addressText),
    of("other_names", (d) => d.other_names, (n) => n.name),
    of("contact_persons", (d) => d.contact_persons, (p) => [p.name, p.role, p.phone || p.email].filter(Boolean).join(" · ")),
    of("tags", (d) => d.tags, (tag) => tag),
    // What stands on the card that stays is seen.
    of("custom", (d) => (d === gone ? d.custom.filter((v) => !keep.custom.some((k) => k.field === v.field)) : d.custom), (v) => `${v.name}: ${customText(v.kind, v.value)}`),
  ];
  return lines.filter((line) => line.values.length > 0);
}

// What a change of a field says, in words: the log keeps codes and milliseconds.

import type { CustomKind, FieldHistoryEntry, Language } from "./bindings.gen";
import { customText } from "./custom";
import { birthday, moment } from "./format";
import { entityName, fieldName, isolate, t, words } from "./i18n/index.svelte";

/** Before the name of one of the owner's own fields. */
export const OWN_FIELD = "custom:";

const TIMES = new Set(["at", "photo_since", "deleted_at", "trashed_at", "created_at"]);

/** A value as the log keeps it, for a reader. */
export function valueText(change: Pick<FieldHistoryEntry, "entity" | "field">, value: string): string {
  const w = words();
  const { entity, field } = change;
  if (entity === "custom_values" && field !== "deleted_at") return customText(field === "number" ? "number" : field === "day" ? "date" : "text", value);
  if (entity === "custom_fields" && field === "kind") return w.customKinds[value as CustomKind] ?? value;
  if (TIMES.has(field) && /^-?\d+$/.test(value)) return moment(Number(value));
  if (field === "kind") {
    if (value === "person" || value === "company") return t(value === "person" ? "card.person" : "card.company");
    return w.contactKinds[value as keyof typeof w.contactKinds] ?? value;
  }
  if (field === "direction" && (value === "in" || value === "out")) return t(`contacts.${value}`);
  if (field === "channel" && entity === "contacts") return w.channels[value as keyof typeof w.channels] ?? value;
  if (field === "language") return w.languages[value as Language] ?? value;
  const born = field === "birthday" ? /^(\d{4}|-)-(\d{2})-(\d{2})$/.exec(value) : null;
  if (born) return birthday({ year: born[1] === "-" ? null : Number(born[1]), month: Number(born[2]), day: Number(born[3]) });
  return value;
}

const OWN = new Set(["client", "clients", "setting", "settings", "contact", "contacts"]);

/** The field, with the thing that it belongs to where that is not the card itself. */
export function changeName(change: Pick<FieldHistoryEntry, "entity" | "field"> & { called?: string | null }): string {
  // In the owner's own words; whatever they hold is text.
  if (change.called) return isolate(change.called);
  const field = fieldName(change.field);
  if (OWN.has(change.entity)) return field;
  const thing = entityName(change.entity);
  return thing === field ? thing : `${thing}: ${field.toLocaleLowerCase()}`;
}

const PARTS: Record<string, string> = {
  other_names: "client_names", tags: "client_tags", phones: "phones", emails: "emails", addresses: "addresses", messengers: "messengers", contact_persons: "contact_persons",
};

/** Whether a change is about a field of the card as the window names it (`phones`, `birthday`). */
export function isAbout(change: Pick<FieldHistoryEntry, "entity" | "field"> & { called?: string | null }, field: string): boolean {
  if (field.startsWith(OWN_FIELD)) return change.called === field.slice(OWN_FIELD.length);
  const part = PARTS[field];
  if (part && (change.entity === part || change.entity === field)) return true;
  const names = field === "given_name" ? ["given_name", "patronymic", "family_name"] : [field];
  return (change.entity === "clients" || change.entity === "client") && names.includes(change.field);
}

/** Book-keeping that tells a reader nothing. */
export function isNoise(change: FieldHistoryEntry): boolean {
  return ["client_id", "field_id", "position", "e164", "created_at"].includes(change.field) || (change.was === null && change.is === null && change.kind !== "del" && change.kind !== "erase");
}

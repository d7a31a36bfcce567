// What a conflict is about, in words: the page that settles it and the client's card say the same.

import type { Conflict } from "./bindings.gen";
import { changeName, valueText } from "./changes";
import { entityName, fieldName } from "./i18n/index.svelte";

const CONTACT = new Set(["contact", "contacts"]);

/** The field as a reader knows it; one of a contact entry says so. */
export function conflictName(conflict: Pick<Conflict, "entity" | "field" | "kind" | "called">): string {
  if (conflict.kind === "trashed") return entityName(conflict.entity);
  if (CONTACT.has(conflict.entity)) return `${entityName(conflict.entity)}: ${fieldName(conflict.field).toLocaleLowerCase()}`;
  return changeName(conflict);
}

/** One of its values for a reader; null for an empty field. */
export function conflictValue(conflict: Pick<Conflict, "entity" | "field">, value: string | null): string | null {
  return value === null || value === "" ? null : valueText(conflict, value);
}

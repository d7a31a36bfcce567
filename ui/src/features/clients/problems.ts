// Where on the form a refusal belongs.

import type { Refusal } from "$lib/bindings.gen";
import { refusalText } from "$lib/i18n/index.svelte";

/** The words for one field of the form; undefined where the refusal is about something else. */
export function problemOf(refusal: Refusal | undefined, field: string, value: string): string | undefined {
  if (!refusal || !isAbout(refusal, field, value.trim())) return undefined;
  const words = refusalText(refusal);
  return `${words.what} ${words.todo}`;
}

function isAbout(refusal: Refusal, field: string, value: string): boolean {
  const said = refusal.params ?? {};
  // The refusal carries the beginning of a long value only.
  const told = (said["value"] ?? "").replace(/…$/, "");
  if (refusal.code === "email.invalid") return field === "email" && value.startsWith(told);
  if (refusal.code === "phone.invalid") return field === "phone" && value.startsWith(told);
  if (refusal.code === "client.empty") return field === "given_name" || field === "company_name";
  // One of the owner's own fields has a day of its own.
  if (refusal.code === "date.invalid") return field === "birthday" && value === told;
  if (refusal.code === "text.too_long") return said["field"] === field && new TextEncoder().encode(value).length > Number(said["max"] ?? 0);
  return false;
}

/** Whether the form has a place for this refusal beside a field. */
export function hasPlace(refusal: Refusal): boolean {
  return ["email.invalid", "phone.invalid", "client.empty", "date.invalid", "number.invalid", "choice.unknown"].includes(refusal.code);
}

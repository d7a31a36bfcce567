// What stands in the owner's own fields, as people of the user's country write it.

import type { CustomKind } from "./bindings.gen";
import { birthday } from "./format";
import { locale } from "./i18n/index.svelte";

const cache = new Map<string, string>();

/** What stands before the fraction of a number. */
export function decimalMark(): string {
  let mark = cache.get(locale.tag);
  if (!mark) cache.set(locale.tag, (mark = new Intl.NumberFormat(locale.tag).formatToParts(0.5).find((part) => part.type === "decimal")?.value ?? "."));
  return mark;
}

/** A value for a reader; a number keeps every digit. */
export function customText(kind: CustomKind, value: string): string {
  if (kind === "number") return numberText(value);
  const day = kind === "date" ? /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) : null;
  return day ? birthday({ year: Number(day[1]), month: Number(day[2]), day: Number(day[3]) }) : value;
}

function numberText(value: string): string {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value);
  if (!found) return value;
  const whole = new Intl.NumberFormat(locale.tag).format(BigInt(found[2] ?? "0"));
  return `${found[1] === "-" ? "−" : ""}${whole}${found[3] ? decimalMark() + found[3] : ""}`;
}

/** The same as it stands in a field to be typed over. */
export function customTyped(kind: CustomKind, value: string): string {
  if (kind === "number" && /^-?\d+\.\d+$/.test(value)) return value.replace(".", decimalMark());
  const day = kind === "date" ? /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) : null;
  return day ? `${day[3]}.${day[2]}.${day[1]}` : value;
}

/** What was typed, as the book reads it: where a comma stands between thousands, it is left out. */
export function customValue(kind: CustomKind, typed: string): string {
  const text = typed.trim();
  if (kind !== "number") return text;
  return decimalMark() === "." && /^[-+−]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(text) ? text.replaceAll(",", "") : text;
}

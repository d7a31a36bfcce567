// The window's language: words, plural forms and the texts made of them. Reading any of it in a
// component follows a change of language at once.

import type { Language, Refusal, StepLabel, StepSummary } from "../bindings.gen";
import { bg } from "./bg";
import { errors as bgErrors } from "./bg.errors";
import { words as bgWords } from "./bg.words";
import { en } from "./en";
import { errors as enErrors } from "./en.errors";
import { words as enWords } from "./en.words";
import { ru } from "./ru";
import { errors as ruErrors } from "./ru.errors";
import { words as ruWords } from "./ru.words";
import type { Errors, ErrorWords, Key, Messages, Params, Plural, StepWords, Value, Words } from "./types";

export type { Key } from "./types";

interface Tongue {
  /** The tag for Intl: 24-hour clock, day before month. */
  tag: string;
  messages: Messages<Plural>;
  words: Words<Plural>;
  errors: Errors;
}

export const tongues: Record<Language, Tongue> = {
  en: { tag: "en-GB", messages: en, words: enWords, errors: enErrors },
  ru: { tag: "ru-RU", messages: ru, words: ruWords, errors: ruErrors },
  bg: { tag: "bg-BG", messages: bg, words: bgWords, errors: bgErrors },
};

export const LANGUAGES: readonly Language[] = ["en", "ru", "bg"];

let language = $state<Language>("en");

export const locale = {
  get language(): Language {
    return language;
  },
  get tag(): string {
    return tongues[language].tag;
  },
};

export function setLanguage(next: Language): void {
  language = next;
  document.documentElement.lang = next;
}

/** The language of the machine, for the moment before Rust has answered. */
export function guessLanguage(): Language {
  const found = typeof navigator === "undefined" ? "en" : navigator.language.slice(0, 2).toLowerCase();
  return LANGUAGES.find((l) => l === found) ?? "en";
}

/** Puts values in the places of their names; what came from people stays text, and no value is read as a pattern. */
export function fill(text: string, values: Record<string, Value>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? number(value) : value;
  });
}

// By number: as letters they could not be seen in this file.
const FIRST_STRONG = String.fromCharCode(0x2068);
const POP = String.fromCharCode(0x2069);

/** First strong isolate … pop: a name from the right-to-left world does not turn its sentence round. */
export function isolate(text: string): string {
  return `${FIRST_STRONG}${text}${POP}`;
}

export function number(value: number): string {
  return new Intl.NumberFormat(tongues[language].tag).format(value);
}

function plural(forms: Plural, count: number): string {
  const form = new Intl.PluralRules(tongues[language].tag).select(count);
  return (forms as unknown as Record<string, string>)[form] ?? forms.other;
}

/** The text of a key. One with plural forms needs `count`. */
export function t<K extends Key>(key: K, ...[values]: [Params<K>] extends [never] ? [] : [Record<Params<K>, Value>]): string {
  const found: string | Plural = tongues[language].messages[key];
  const given = (values ?? {}) as Record<string, Value>;
  return fill(typeof found === "string" ? found : plural(found, Number(given["count"] ?? 0)), given);
}

export function words(): Words<Plural> {
  return tongues[language].words;
}

/** A field by its name in the data (`phones.label`, `given_name`). */
export function fieldName(field: string): string {
  const { fields } = words();
  const last = field.split(".").pop() ?? field;
  return fields[field] ?? fields[last] ?? field;
}

/** Who did it: a name stays, the one role there is so far is put in words. */
export function staffName(staff: string): string {
  return staff === "owner" ? t("who.owner") : staff;
}

export function entityName(entity: string): string {
  return words().entities[entity] ?? words().fields[entity] ?? entity;
}

/** Refusals whose measure is one of bytes. */
const BYTES = new Set(["import.too_large", "text.too_long", "change.too_large", "attachment.too_large"]);

/** What happened, what is safe, what to do. */
export function refusalText(refusal: Refusal): ErrorWords {
  const found = (tongues[language].errors as Record<string, ErrorWords>)[refusal.code] ?? tongues[language].errors["request.bad"];
  const given: Record<string, Value> = { detail: refusal.code };
  for (const [name, value] of Object.entries(refusal.params ?? {})) given[name] = isolate(value);
  if (refusal.params?.["field"]) given["field"] = fieldName(refusal.params["field"]);
  if (refusal.params?.["max"]) given["max"] = amount(refusal.params["max"], BYTES.has(refusal.code) && !refusal.params["unit"]);
  return { what: fill(found.what, given), safe: fill(found.safe, given), todo: fill(found.todo, given) };
}

function amount(text: string, bytes: boolean): string {
  const value = Number(text);
  if (!Number.isFinite(value)) return text;
  return bytes ? size(value) : number(value);
}

/** Bytes as people say them. */
export function size(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  let at = 0;
  let value = bytes;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  const unit = units[at] ?? "byte";
  return new Intl.NumberFormat(tongues[language].tag, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: value < 10 && at > 0 ? 1 : 0 }).format(value);
}

/** The longest part of a name that a sentence carries. */
const NAME_MAX = 80;

/** A written step as a sentence; user's words in it are isolated and cut. */
export function stepText(step: Pick<StepSummary, "label" | "params" | "of">): string {
  const { steps } = words();
  const found: StepWords<Plural> | undefined = steps[step.label];
  if (!found) return step.label;
  if ((step.label === "undo" || step.label === "redo") && step.of) {
    const inner = stepText({ label: step.of, params: step.params, of: null });
    return fill(found.named ?? found.plain, { name: lowerFirst(inner) });
  }
  const count = Number(step.params["count"] ?? Number.NaN);
  const name = step.params["name"] ?? step.params["field"] ?? step.params["filter"] ?? "";
  const other = step.params["other_name"] ?? "";
  const file = step.params["file"] ?? "";
  const tag = step.params["tag"] ?? "";
  const suffix = file || tag ? ` · ${cut(file || tag)}` : "";
  if (found.counted && Number.isFinite(count) && !(name && count === 1)) return fill(plural(found.counted, count), { count }) + suffix;
  if (found.both && name && other) return fill(found.both, { name: cut(name), other_name: cut(other) }) + suffix;
  if (found.named && name) return fill(found.named, { name: cut(name) }) + suffix;
  return found.plain + suffix;
}

export function stepName(label: StepLabel): string {
  return words().steps[label]?.plain ?? label;
}

function cut(text: string): string {
  const letters = [...text.slice(0, NAME_MAX * 2)];
  return isolate(letters.length > NAME_MAX ? `${letters.slice(0, NAME_MAX).join("")}…` : text);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLocaleLowerCase(tongues[language].tag) + text.slice(1);
}

// Dates, times and sizes as the user's country writes them. 24-hour clock everywhere.

import type { Birthday } from "./bindings.gen";
import { locale, t } from "./i18n/index.svelte";

const cache = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale.tag + JSON.stringify(options);
  let found = cache.get(key);
  if (!found) cache.set(key, (found = new Intl.DateTimeFormat(locale.tag, { hourCycle: "h23", ...options })));
  return found;
}

/** 14:05 */
export function time(at: number): string {
  return format({ hour: "2-digit", minute: "2-digit" }).format(at);
}

/** 14 November, with the year where it is another one. */
export function day(at: number, now = Date.now()): string {
  const same = new Date(at).getFullYear() === new Date(now).getFullYear();
  return format({ day: "numeric", month: "long", ...(same ? {} : { year: "numeric" }) }).format(at);
}

/** 14 Nov */
export function shortDay(at: number, now = Date.now()): string {
  const same = new Date(at).getFullYear() === new Date(now).getFullYear();
  return format({ day: "numeric", month: "short", ...(same ? {} : { year: "numeric" }) }).format(at);
}

/** November 2026, with a capital. */
export function month(at: number): string {
  const text = format({ month: "long", year: "numeric" }).format(at);
  return text.charAt(0).toLocaleUpperCase(locale.tag) + text.slice(1);
}

/** 14 November 2026, 14:05 */
export function moment(at: number): string {
  return format({ day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" }).format(at);
}

/** 14 Nov 2026, 14:05: where many stand under each other. */
export function shortMoment(at: number): string {
  return format({ day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" }).format(at);
}

/** 14 Nov 2026 */
export function date(at: number): string {
  return format({ day: "numeric", month: "short", year: "numeric" }).format(at);
}

/** 400ms, 1.4s, 12s, 3m */
export function duration(ms: number): string {
  const [unit, one] = ms < 1000 ? (["millisecond", 1] as const) : ms < 120_000 ? (["second", 1000] as const) : (["minute", 60_000] as const);
  const value = Math.max(ms, 1) / one;
  return new Intl.NumberFormat(locale.tag, { style: "unit", unit, unitDisplay: "narrow", maximumFractionDigits: unit === "second" && value < 10 ? 1 : 0 }).format(value);
}

export function monthNames(): string[] {
  return Array.from({ length: 12 }, (_, m) => format({ month: "long", timeZone: "UTC" }).format(Date.UTC(2024, m, 15)));
}

/** A birthday with or without its year. */
export function birthday(b: Birthday): string {
  const at = new Date(Date.UTC(2000, b.month - 1, b.day));
  at.setUTCFullYear(b.year ?? 2000);
  return format({ day: "numeric", month: "long", timeZone: "UTC", ...(b.year === null ? {} : { year: "numeric" }) }).format(at);
}

/** Whole years since a birthday; null without a year, or for one that makes no sense. */
export function age(b: Birthday, now = new Date()): number | null {
  if (b.year === null) return null;
  const before = now.getMonth() + 1 < b.month || (now.getMonth() + 1 === b.month && now.getDate() < b.day);
  const years = now.getFullYear() - b.year - (before ? 1 : 0);
  return years >= 0 && years < 130 ? years : null;
}

const HOUR = 3_600_000;
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365.25 * 24 * HOUR],
  ["month", 30.44 * 24 * HOUR],
  ["week", 7 * 24 * HOUR],
];

/** "3 days ago", "yesterday", "in 2 hours": by the calendar, not by full days. */
export function ago(at: number, now = Date.now(), style: "long" | "short" = "long"): string {
  const words = new Intl.RelativeTimeFormat(locale.tag, { numeric: "auto", style });
  const days = dayNumber(at) - dayNumber(now);
  // "Reached now" sounds as if it were going on.
  if (Math.abs(at - now) < 60_000) return style === "long" ? t("time.justNow") : words.format(0, "second");
  if (days === 0 && Math.abs(at - now) < HOUR) return words.format(Math.round((at - now) / 60_000), "minute");
  if (days === 0) return words.format(Math.round((at - now) / HOUR), "hour");
  for (const [unit, ms] of STEPS) {
    const limit = unit === "week" ? 14 * 24 * HOUR : ms;
    if (Math.abs(at - now) < limit) continue;
    // "last mo." is nobody's language: short forms count.
    const said = style === "short" ? new Intl.RelativeTimeFormat(locale.tag, { numeric: "always", style }) : words;
    return said.format(Math.trunc((at - now) / ms), unit);
  }
  return words.format(days, "day");
}

/** The number of the local calendar day. */
export function dayNumber(at: number): number {
  const d = new Date(at);
  return Math.round(Date.UTC(d.getFullYear(), d.getMonth(), d.getDate()) / (24 * HOUR));
}

/** For <input type="datetime-local">. */
export function toLocalInput(at: number): string {
  const d = new Date(at);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${String(d.getFullYear()).padStart(4, "0")}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`;
}

export function fromLocalInput(text: string): number | null {
  const at = new Date(text).getTime();
  return Number.isFinite(at) ? at : null;
}

export function countryName(code: string): string {
  try {
    return new Intl.DisplayNames([locale.tag], { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}

export function currencyName(code: string): string {
  try {
    return new Intl.DisplayNames([locale.tag], { type: "currency" }).of(code) ?? code;
  } catch {
    return code;
  }
}

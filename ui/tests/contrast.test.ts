import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

// WCAG 2.2 AA: 4.5 to 1 for text, 3 to 1 for the edges of controls, in both themes.
const css = readFileSync("src/lib/styles/tokens.css", "utf8");
const tokens = new Map([...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map((m) => [m[1] as string, [m[2] as string, m[3] as string]]));

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const grounds = ["bg", "surface", "raised", "sunken", "selected"];
const pairs: [string, string, number][] = [
  ...["text", "text-2", "text-3"].flatMap((text) => grounds.map((ground): [string, string, number] => [text, ground, 4.5])),
  ...["bg", "surface", "raised", "accent-soft"].map((ground): [string, string, number] => ["accent-text", ground, 4.5]),
  ["on-accent", "accent", 4.5], ["on-accent", "accent-hover", 4.5], ["on-danger", "danger-fill", 4.5], ["danger", "danger-soft", 4.5], ["danger", "surface", 4.5], ["danger", "raised", 4.5],
  ["text-2", "danger-soft", 4.5], ["text", "danger-soft", 4.5], ["warning", "warning-soft", 4.5], ["warning", "surface", 4.5], ["good", "good-soft", 4.5], ["text-2", "good-soft", 4.5], ["text", "mark", 4.5], ["text", "warning-soft", 4.5],
  ["text-2", "warning-soft", 4.5], ["accent-text", "warning-soft", 4.5], ["warning", "bg", 4.5], ["text", "good-soft", 4.5], ["good", "surface", 4.5],
  ["border-strong", "surface", 3], ["border-strong", "raised", 3], ["accent", "surface", 3], ["accent", "bg", 3],
];

describe.each([["light", 0], ["dark", 1]] as const)("the %s theme", (_, theme) => {
  it.each(pairs)("%s can be read on %s", (front, ground, least) => {
    const found = contrast(tokens.get(front)?.[theme] ?? "", tokens.get(ground)?.[theme] ?? "");
    expect(found).toBeGreaterThanOrEqual(least);
  });
});

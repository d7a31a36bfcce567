// The conditions of a filter as somebody puts them together: what may be asked of each field, and whether it is said whole.

import type { Condition, CustomField, CustomKind, CustomTest, When } from "$lib/bindings.gen";
import { customTyped, customValue } from "$lib/custom";
import { words } from "$lib/i18n/index.svelte";

type Plain = Exclude<Condition["on"], "custom">;
export type Test = keyof ReturnType<typeof words>["filterTests"];

const PLAIN: readonly Plain[] = ["tag", "last_contact", "created", "birthday_month", "kind", "source", "city", "language", "phone", "email", "never"];
const OWN = "custom:";

/** Everything that can be asked about, the owner's own fields last. */
export function subjects(fields: readonly CustomField[]): { value: string; label: string }[] {
  return [...PLAIN.map((on) => ({ value: on as string, label: words().filterOn[on] })), ...fields.map((field) => ({ value: OWN + field.id, label: field.name }))];
}

export function subjectOf(condition: Condition): string {
  return condition.on === "custom" ? OWN + condition.field : condition.on;
}

/** A new condition about a subject. */
export function fresh(subject: string): Condition {
  if (subject.startsWith(OWN)) return { on: "custom", field: subject.slice(OWN.length), test: { is: "filled" } };
  switch (subject as Plain) {
    case "kind":
      return { on: "kind", is: "person" };
    case "source":
      return { on: "source", is: "" };
    case "city":
      return { on: "city", is: "" };
    case "language":
      return { on: "language", is: null };
    case "birthday_month":
      return { on: "birthday_month", month: new Date().getMonth() + 1 };
    case "created":
      return { on: "created", when: { is: "within", days: 30 } };
    case "last_contact":
      return { on: "last_contact", when: { is: "older_than", days: 90 } };
    case "phone":
      return { on: "phone", has: true };
    case "email":
      return { on: "email", has: true };
    case "never":
      return { on: "never", has: true };
    default:
      return { on: "tag", tag: "", has: true };
  }
}

const OF_KIND: Record<CustomKind, CustomTest["is"][]> = {
  text: ["contains", "same", "filled", "empty"],
  choice: ["same", "contains", "filled", "empty"],
  number: ["at_least", "at_most", "same", "filled", "empty"],
  date: ["at_least", "at_most", "same", "filled", "empty"],
};
const TIMES: When["is"][] = ["within", "older_than", "since", "before"];

/** How it may be asked; none where there is only one way. */
export function tests(condition: Condition, kind: CustomKind): Test[] {
  if (condition.on === "tag" || condition.on === "phone" || condition.on === "email" || condition.on === "never") return ["has", "has_not"];
  if (condition.on === "created") return TIMES;
  if (condition.on === "last_contact") return [...TIMES, "never"];
  return condition.on === "custom" ? OF_KIND[kind] : [];
}

export function testOf(condition: Condition): Test {
  if ("has" in condition) return condition.has ? "has" : "has_not";
  if ("when" in condition) return condition.when.is;
  return condition.on === "custom" ? condition.test.is : "is";
}

/** The same asked in another way; what was typed stays as far as it fits. */
export function asked(condition: Condition, test: Test): Condition {
  if ("has" in condition) return { ...condition, has: test === "has" };
  if ("when" in condition) {
    const when = condition.when;
    const day = "day" in when ? when.day : "";
    const days = "days" in when ? when.days : 30;
    return { ...condition, when: (test === "never" ? { is: test } : test === "before" || test === "since" ? { is: test, day } : { is: test, days }) as When };
  }
  if (condition.on !== "custom") return condition;
  const value = "value" in condition.test ? condition.test.value : "";
  return { ...condition, test: (test === "filled" || test === "empty" ? { is: test } : { is: test, value }) as CustomTest };
}

/** What stands in the text field of a condition; null where it has none. */
export function typedOf(condition: Condition, kind: CustomKind): string | null {
  if (condition.on === "tag") return condition.tag;
  if (condition.on === "source" || condition.on === "city") return condition.is;
  if ("when" in condition) return "days" in condition.when ? String(condition.when.days || "") : "day" in condition.when ? customTyped("date", condition.when.day) : null;
  return condition.on === "custom" && "value" in condition.test ? customTyped(kind, condition.test.value) : null;
}

export function typed(condition: Condition, text: string, kind: CustomKind): Condition {
  if (condition.on === "tag") return { ...condition, tag: text };
  if (condition.on === "source" || condition.on === "city") return { ...condition, is: text };
  if ("when" in condition) {
    const { when } = condition;
    if ("days" in when) return { ...condition, when: { ...when, days: /^\d{1,4}$/.test(text.trim()) ? Number(text) : 0 } };
    return "day" in when ? { ...condition, when: { ...when, day: text } } : condition;
  }
  return condition.on === "custom" && "value" in condition.test ? { ...condition, test: { ...condition.test, value: customValue(kind, text) } } : condition;
}

/** Is nothing missing in it? A source or a town may be empty: then those are meant of whom nobody knows. */
export function isWhole(condition: Condition): boolean {
  if (condition.on === "tag") return condition.tag.trim() !== "";
  if ("when" in condition) return "days" in condition.when ? condition.when.days > 0 : !("day" in condition.when) || condition.when.day.trim() !== "";
  return condition.on !== "custom" || !("value" in condition.test) || condition.test.value.trim() !== "";
}

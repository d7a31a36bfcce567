import { beforeEach, describe, expect, it } from "vitest";
import { customText, customTyped, customValue } from "../src/lib/custom";
import { setLanguage } from "../src/lib/i18n/index.svelte";
import { T } from "../src/lib/testids";
import type { Fake } from "../src/testing/fake";
import { all, click, field, one, press, settle, start, type } from "./start";

beforeEach(() => setLanguage("en"));

/** Chooses in a list by its label, as a mouse does. */
async function choose(trigger: HTMLElement, label: string): Promise<void> {
  await click(trigger);
  const option = [...document.querySelectorAll<HTMLElement>('[role="option"]')].find((o) => o.textContent?.includes(label));
  if (!option) throw new Error(`no choice ${label}`);
  option.dispatchEvent(new MouseEvent("pointerdown", { bubbles: true }));
  await click(option);
}

async function define(fake: Fake): Promise<void> {
  const save = (name: string, kind: "text" | "number" | "date" | "choice", choices: string[] = []) =>
    fake.call("custom_field_save", { id: null, before: null, after: { name, kind, choices: choices.map((c) => ({ id: null, name: c })) } });
  await save("Hair", "choice", ["curly", "straight"]);
  await save("Shoe size", "number");
  await save("Member since", "date");
  await save("<b>Mark", "text");
}

describe("numbers and days", () => {
  it.each([
    ["en", "1,234.5", "1234.5", "1,234.5"], ["en", "38.5", "38.5", "38.5"], ["bg", "38,5", "38,5", "38,5"], ["ru", "1 234,5", "1 234,5", "1 234,5"],
  ] as const)("are typed in %s as %s and stay exact", (language, typed, value, shown) => {
    setLanguage(language);
    expect(customValue("number", typed)).toBe(value);
    const kept = shown.replace(/[\s\u00a0\u202f]/g, "").replace(language === "en" ? "," : "", "").replace(",", ".");
    expect(customText("number", kept).replace(/[\u00a0\u202f]/g, " ")).toContain(shown.split(" ").at(-1));
  });

  it("keep more digits than a float has", () => {
    expect(customText("number", "999999999999.123457")).toBe("999,999,999,999.123457");
    expect(customText("number", "-0.5")).toBe("−0.5");
    setLanguage("bg");
    expect(customTyped("number", "-38.5")).toBe("-38,5");
    expect(customTyped("date", "2021-03-07")).toBe("07.03.2021");
    expect(customText("date", "2021-03-07")).toContain("2021");
    expect(customText("text", "2021-03-07")).toBe("2021-03-07");
  });
});

it("a form without own fields says nothing of them, and one with them takes every kind", async () => {
  const fake = await start("#/clients/c0/edit");
  expect(all(T.customField)).toEqual([]);
  const sections = document.querySelectorAll("legend").length;
  await define(fake);
  fake.emit({ event: "invalidated", invalidates: [{ topic: "custom_fields", id: null }] });
  await settle();
  expect(all(T.customField).length).toBe(4);
  expect(document.querySelectorAll("legend").length).toBe(sections + 1);
});

it("what is typed into own fields is saved as data, and stands on the card as text", async () => {
  const fake = await start("#/settings");
  await define(fake);
  location.hash = "#/clients/c0/edit";
  await settle();
  expect(all(T.customField).length).toBe(4);
  await choose(all(T.customField)[0]!, "curly");
  await type(field("custom:Shoe size"), "38.50");
  await type(field("custom:Member since"), "7.3.2021");
  await type(field("custom:<b>Mark"), "<i>x</i>");
  await press(one(T.form), "Enter", { ctrlKey: true });
  const saved = fake.asked.filter((a) => a.command === "client_save").at(-1)!.args as { after: { custom: { name: string; value: string }[] } };
  expect(saved.after.custom.map((v) => [v.name, v.value])).toEqual([["Hair", "curly"], ["Shoe size", "38.50"], ["Member since", "7.3.2021"], ["<b>Mark", "<i>x</i>"]]);
  await settle();
  const lines = all(T.cardCustom).map((line) => line.textContent ?? "");
  expect(lines.length).toBe(4);
  expect(lines[3]).toContain("<i>x</i>");
  expect(document.querySelector("i")).toBeNull();
});

it("a refusal stands beside the field that it is about", async () => {
  const fake = await start("#/settings");
  await define(fake);
  fake.refusing.set("client_save", { code: "number.invalid", params: { value: "big" } });
  location.hash = "#/clients/c0/edit";
  await settle();
  await type(field("custom:Shoe size"), "big");
  await press(one(T.form), "Enter", { ctrlKey: true });
  expect(field("custom:Shoe size").getAttribute("aria-invalid")).toBe("true");
  expect(field("custom:Member since").getAttribute("aria-invalid")).toBeNull();
});

it("fields are defined, renamed, put in order and removed in the settings, and a removal is undone", async () => {
  const fake = await start("#/settings");
  await click(one(T.ownFieldAdd));
  await type(field("own_field_name"), "Hair");
  await choose(one(T.ownFieldKind), "Choice");
  await click(one(T.ownFieldChoiceAdd));
  await type(field("own_field_choice"), "curly");
  await click(one(T.ownFieldSave));
  expect(all(T.ownField).length).toBe(1);
  expect(fake.owner.fields[0]).toMatchObject({ name: "Hair", kind: "choice", choices: [{ name: "curly" }] });
  await click(one(T.ownFieldAdd));
  await type(field("own_field_name"), "hair");
  await click(one(T.ownFieldSave));
  expect(one(T.ownFieldForm).textContent).toContain("is there already");
  await type(field("own_field_name"), "Shoe size");
  await press(field("own_field_name"), "Enter", { ctrlKey: true });
  expect(all(T.ownField).length).toBe(2);
  await click(all(T.ownFieldUp)[1]!);
  expect(fake.owner.fields.map((f) => f.name)).toEqual(["Shoe size", "Hair"]);
  await click(all(T.ownFieldRemove)[1]!);
  expect(all(T.ownField).length).toBe(1);
  await click(one(T.toastAction));
  expect(all(T.ownField).length).toBe(2);
});

it("a filter is made, counted, chosen, and something is done to all whom it finds in one step", async () => {
  const fake = await start("#/clients", { clients: 40 });
  const vip = fake.clients.filter((c) => c.draft.tags.includes("VIP")).length;
  expect(vip).toBeGreaterThan(0);
  await click(one(T.filterNew));
  expect(one(T.filterFinds).textContent).toContain("missing");
  await type(field("filter_name"), "Important");
  await type(field("filter_value"), "VIP");
  expect(one(T.filterFinds).textContent).toContain(String(vip));
  await click(one(T.filterSave));
  expect(one(T.list).dataset["total"]).toBe(String(vip));
  expect(one(T.filterChoose).textContent).toContain(`Important · ${vip}`);

  await choose(one(T.filterDo), "Give a tag");
  expect(one(T.filterBulk).textContent).toContain(String(vip));
  await type(field("bulk_tag"), "June");
  await click(one(T.filterBulkDo));
  expect(fake.clients.filter((c) => c.draft.tags.includes("June")).length).toBe(vip);
  expect(one(T.toast).textContent).toContain(String(vip));
  await click(one(T.toastAction));
  expect(fake.clients.filter((c) => c.draft.tags.includes("June")).length).toBe(0);

  await choose(one(T.filterDo), "trash");
  await click(one(T.filterBulkDo));
  expect(fake.clients.filter((c) => c.trashed_at !== null).length).toBe(vip);
  await click(one(T.toastAction));

  await choose(one(T.filterDo), "Export");
  expect(fake.asked.at(-1)).toMatchObject({ command: "export_choose", args: { format: "csv", ids: null, filter: fake.owner.filters[0]!.id } });

  await click(one(T.filterEdit));
  await choose(one(T.filterTest), "there is none");
  await click(one(T.filterSave));
  expect(one(T.list).dataset["total"]).toBe(String(40 - vip));
  await click(one(T.filterEdit));
  await click(one(T.filterRemove));
  expect(one(T.list).dataset["total"]).toBe("40");
});

it("a filter of a newer version is shown as such, and nothing can be done with it here", async () => {
  const fake = await start("#/clients");
  fake.owner.filters = [{ id: "g9", name: "Debts", conditions: null }];
  fake.emit({ event: "invalidated", invalidates: [{ topic: "filters", id: null }] });
  await settle();
  await choose(one(T.filterChoose), "made by a newer version");
  expect(all(T.filterDo)).toEqual([]);
  expect(all(T.filterEdit)).toEqual([]);
});

it("filters are put into another order by buttons and by keys, each move one step; the keyboard stays with what moves", async () => {
  const fake = await start("#/clients");
  const made = (id: string, name: string) => ({ id, name, conditions: { join: "all" as const, list: [] } });
  fake.owner.filters = [made("g1", "One"), made("g2", "Two"), made("g3", "Three")];
  fake.emit({ event: "invalidated", invalidates: [{ topic: "filters", id: null }] });
  await settle();
  await click(one(T.filterReorder));
  const order = () => all(T.filterOrderRow).map((row) => row.dataset["id"]).join(" ");
  const down = (id: string) => one(T.filterDown, all(T.filterOrderRow).find((row) => row.dataset["id"] === id));
  await click(down("g1"));
  expect(order()).toBe("g2 g1 g3");
  expect(document.activeElement).toBe(down("g1"));
  expect(one(T.filterOrder).textContent).toContain("One is number 2 of 3 now");
  await press(down("g1"), "ArrowDown", { altKey: true });
  expect(order()).toBe("g2 g3 g1");
  // At the end only the other button can be pressed, and has the keyboard.
  expect(document.activeElement?.getAttribute("data-testid")).toBe(T.filterUp);
  expect(fake.asked.filter((a) => a.command === "filters_order")).toHaveLength(2);
  await fake.call("undo", null);
  fake.emit({ event: "invalidated", invalidates: [{ topic: "filters", id: null }] });
  await settle();
  expect(order()).toBe("g2 g1 g3");
});

it("what is done to all is done to those about whom was asked: else the question stands again", async () => {
  const fake = await start("#/clients");
  fake.owner.filters = [{ id: "g1", name: "VIP", conditions: { join: "all", list: [{ on: "tag", tag: "VIP", has: true }] } }];
  fake.emit({ event: "invalidated", invalidates: [{ topic: "filters", id: null }] });
  await settle();
  await choose(one(T.filterChoose), "VIP");
  await choose(one(T.filterDo), "trash");
  const vip = fake.clients.filter((c) => c.draft.tags.includes("VIP")).length;
  expect(one(T.filterBulk).textContent).toContain(String(vip));
  const other = fake.clients.find((c) => !c.draft.tags.includes("VIP"));
  other?.draft.tags.push("VIP");
  await click(one(T.filterBulkDo));
  expect(fake.clients.every((c) => c.trashed_at === null)).toBe(true);
  expect(one(T.filterBulk).textContent).toMatch(/other clients than those you were asked about/);
  expect(one(T.filterBulk).textContent).toContain(String(vip + 1));
  await click(one(T.filterBulkDo));
  expect(fake.clients.filter((c) => c.trashed_at !== null)).toHaveLength(vip + 1);
});

import { expect, it } from "vitest";
import { parts } from "../src/features/search/marks";
import { T } from "../src/lib/testids";
import { all, one, press, settle, start, type } from "./start";

const marked = (text: string, query: string) => parts(text, query).map((p) => (p.marked ? `[${p.text}]` : p.text)).join("");

it("marks what matched, in either case and across the gaps of a number", () => {
  expect(marked("Анна Иванова", "ан")).toBe("[Ан]на Ив[ан]ова");
  expect(marked("Алёна", "алена")).toBe("[Алёна]");
  expect(marked("0888 123 456", "3456")).toBe("0888 12[3 456]");
  expect(marked("Zoé", "zoe")).toBe("[Zoé]");
  expect(marked("<b>x</b>", "<b>")).toBe("[<b>]x</b>");
  expect(marked("abc", "")).toBe("abc");
});

it("finds as one types, by the last four digits too, and Enter opens the card", async () => {
  await start();
  await press(document.body, "Slash");
  const box = one(T.search);
  expect(document.activeElement).toBe(box);
  await type(box, "3456");
  expect(all(T.searchHit)[0]?.textContent).toContain("Анна");
  expect(one(T.searchHit).querySelector("mark")?.textContent).toBe("3 456");
  await press(box, "Enter");
  expect(location.hash).toBe("#/clients/c0");
  expect(one(T.cardName).textContent).toContain("Абаджиева");
});

it("opens under a Cyrillic layout, and from inside another field", async () => {
  await start("#/clients/c0/edit");
  await press(document.querySelector("[data-field=given_name]") as HTMLElement, "KeyK", { key: "л", ctrlKey: true });
  expect(document.activeElement).toBe(one(T.search));
});

it("offers to add whom it did not find, by name or by phone", async () => {
  await start();
  await type(one(T.search), "Zzyzx Qqq");
  expect(all(T.searchHit)).toHaveLength(0);
  expect(one(T.searchAdd).textContent).toContain("Zzyzx Qqq");
  await press(one(T.search), "Enter");
  await settle();
  expect((document.querySelector("[data-field=given_name]") as HTMLInputElement).value).toBe("Zzyzx");
  expect((document.querySelector("[data-field=family_name]") as HTMLInputElement).value).toBe("Qqq");
  await type(one(T.search), "999 000 111");
  await press(one(T.search), "Enter");
  expect((document.querySelector("[data-field=phone]") as HTMLInputElement).value).toBe("999 000 111");
});

it("is the command palette as well", async () => {
  await start();
  await type(one(T.search), "history");
  const command = all(T.searchCommand).find((c) => c.dataset["id"] === "history");
  expect(command?.textContent).toContain("Go to history");
  command?.click();
  await settle();
  expect(location.hash).toBe("#/history");
});

it("throws away an answer that comes too late", async () => {
  const fake = await start();
  const slow = fake.commands.search;
  fake.commands.search = async (args) => {
    if (args.query === "а") await new Promise((r) => setTimeout(r, 40));
    return slow(args);
  };
  void type(one(T.search), "а");
  await type(one(T.search), "абаджиева");
  await new Promise((r) => setTimeout(r, 60));
  await settle();
  expect(one(T.searchPanel).dataset["query"]).toBe("абаджиева");
  expect(all(T.searchHit)).toHaveLength(1);
});

// A card on paper.

import { afterEach, expect, it, vi } from "vitest";
import { T } from "../src/lib/testids";
import { all, click, one, press, settle, start } from "./start";

afterEach(() => vi.restoreAllMocks());

/** Stands in for the printer: what was on the sheet when it was asked. */
function printer(): { sheets: string[] } {
  const sheets: string[] = [];
  window.print = () => void sheets.push(one(T.sheet).textContent ?? "");
  return { sheets };
}

it("Ctrl+P prints the card alone: what warns, how to reach, who, and the history; no button is on it", async () => {
  const { sheets } = printer();
  const fake = await start("#/clients/c0");
  await press(document.body, "KeyP", { ctrlKey: true });
  await settle();
  expect(sheets).toHaveLength(1);
  for (const said of ["Салон „Анна“", "Анна Стоянова Абаджиева", "парафенилендиамин", "Стол до прозореца", "мобилен", "anna.abadjieva@example.bg", "Viber", "Граф Игнатиев", "съпруг", "VIP", "Цвят 7.1", "10 442"]) {
    expect(sheets[0]).toContain(said);
  }
  const entries = fake.contacts.filter((contact) => contact.client_id === "c0");
  expect(all(T.sheetEntry)).toHaveLength(entries.length);
  expect(one(T.sheet).querySelectorAll("button, a, input, nav")).toHaveLength(0);
  // Outside the window's own layout, which ends where the window does.
  expect(one(T.sheet).parentElement).toBe(document.body);
});

it("the button prints what stands there now, and the sheet goes with the card", async () => {
  const { sheets } = printer();
  const fake = await start("#/clients/c0");
  await click(one(T.cardPrint));
  await settle();
  const anna = fake.clients.find((c) => c.id === "c0");
  if (anna) anna.draft.never = "<b>нищо</b>";
  fake.emit({ event: "invalidated", invalidates: [{ topic: "client", id: null }] });
  await settle();
  await click(one(T.cardPrint));
  await settle();
  expect(sheets).toHaveLength(2);
  expect(sheets[1]).toContain("<b>нищо</b>");
  expect(all(T.sheet)).toHaveLength(1);
  location.hash = "#/clients/c1";
  await settle();
  expect(all(T.sheet)).toHaveLength(0);
});

it("what cannot be read is told, and no half a sheet is printed", async () => {
  const { sheets } = printer();
  const fake = await start("#/clients/c0");
  fake.refusing.set("contacts_list", { code: "book.damaged" });
  await press(document.body, "KeyP", { ctrlKey: true });
  await settle();
  expect(sheets).toHaveLength(0);
  expect(all(T.toast)).not.toHaveLength(0);
});

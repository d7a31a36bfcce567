import { expect, it } from "vitest";
import type { ContactSave } from "../src/lib/bindings.gen";
import { T } from "../src/lib/testids";
import { all, click, one, press, settle, start, type } from "./start";

it("one key, a digit, a text and Ctrl+Enter log a contact", async () => {
  const fake = await start("#/clients/c0");
  await press(document.body, "KeyL", { key: "л" });
  const text = one(T.logText);
  expect(document.activeElement).toBe(text);
  await press(text, "Digit6");
  await type(text, "Too dark again");
  await press(text, "Digit1");
  await press(text, "Enter", { ctrlKey: true });
  const sent = fake.asked.find((a) => a.command === "contact_save")?.args as ContactSave;
  expect(sent).toMatchObject({ id: null, client_id: "c0", draft: { kind: "complaint", channel: "in_person", direction: "in", text: "Too dark again" } });
  expect(Math.abs(sent.draft.at - Date.now())).toBeLessThan(5000);
  expect(one(T.entryText).textContent).toBe("Too dark again");
  expect((one(T.logText) as HTMLTextAreaElement).value).toBe("");
});

it("an entry is corrected in its place and trashed with an undo", async () => {
  await start("#/clients/c0");
  const before = all(T.entry).length;
  await click(one(T.entryEdit));
  const forms = all(T.log);
  expect(forms).toHaveLength(2);
  await type(one(T.logText, forms[1]), "Corrected");
  await press(one(T.logText, forms[1]), "Enter", { ctrlKey: true });
  expect(all(T.entryText).some((e) => e.textContent === "Corrected")).toBe(true);
  await click(one(T.entryTrash));
  expect(all(T.entry)).toHaveLength(before - 1);
  await click(one(T.toastAction));
  await settle();
  expect(all(T.entry)).toHaveLength(before);
});

it("Ctrl+Z undoes outside a text field and belongs to the text inside", async () => {
  const fake = await start("#/clients/c0");
  const undos = () => fake.asked.filter((a) => a.command === "undo").length;
  await press(one(T.logText), "KeyZ", { ctrlKey: true });
  expect(undos()).toBe(0);
  await press(document.body, "KeyZ", { ctrlKey: true, key: "я" });
  expect(undos()).toBe(1);
  expect(all(T.toast).at(-1)?.textContent).toContain("There is nothing to undo");
});

// Photos and files on a card.

import { expect, it, vi } from "vitest";
import { T } from "../src/lib/testids";
import { all, click, one, press, settle, start } from "./start";

const CARD = "#/clients/c0";

it("an empty card says in a sentence what belongs there; one key adds", async () => {
  const fake = await start(CARD);
  expect(one(T.attachments).textContent).toMatch(/Drop or paste photos and files onto the card/);
  await press(document.body, "KeyA");
  expect(fake.asked.at(-1)?.command === "attachments_list" || fake.asked.some((a) => a.command === "attachments_choose")).toBe(true);
  expect(all(T.attachment)).toHaveLength(1);
  expect(one(T.attachment).textContent).toMatch(/consent\.pdf.*248.kB/s);
  expect(all(T.toast).at(-1)?.textContent).toMatch(/File added/);
});

it("a photo is set from the card's head, stands there, is looked at, and goes off again", async () => {
  await start(CARD);
  expect(one(T.cardPhoto).textContent).toContain("Add a photo");
  await click(one(T.cardPhoto));
  expect(one(T.cardPhoto).querySelector("img")).not.toBeNull();
  expect(one(T.attachment).dataset["photo"]).toBe("true");
  await click(one(T.cardPhoto));
  expect(one(T.picture).querySelector("img.whole")).not.toBeNull();
  await press(one(T.picture), "Escape");
  expect(all(T.picture)).toHaveLength(0);
  await click(one(T.attachmentPhoto));
  expect(one(T.cardPhoto).querySelector("img")).toBeNull();
  expect(all(T.attachment)).toHaveLength(1);
});

it("a file that cannot be shown is saved when it is opened; where to, is said", async () => {
  const fake = await start(CARD);
  await click(one(T.attachmentAdd));
  await click(one(T.attachmentOpen));
  expect(fake.asked.at(-1)?.command).toBe("attachment_save");
  expect(all(T.toast).at(-1)?.textContent).toMatch(/Saved.*consent\.pdf/s);
  await click(one(T.attachmentRemove));
  expect(all(T.attachment)).toHaveLength(0);
});

it("one whose content is elsewhere says so, and is not asked for", async () => {
  const fake = await start(CARD);
  await fake.call("attachments_dropped", { id: "d1", client_id: "c0" });
  fake.attachments.rows = fake.attachments.rows.map((row) => ({ ...row, is_here: false }));
  fake.emit({ event: "invalidated", invalidates: [{ topic: "attachments", id: null }] });
  await settle();
  expect(one(T.attachment).textContent).toContain("not on this device yet");
  expect(one(T.attachmentSave).hasAttribute("disabled")).toBe(true);
  await click(one(T.attachmentOpen));
  expect(one(T.pictureProblem).textContent).toContain("comes with the exchange");
  expect(fake.asked.some((a) => a.command === "attachment_fetch")).toBe(true);
  expect(one(T.picture).querySelector("img.whole")).toBeNull();
});

it("files fall onto the card under them, and elsewhere are lists of clients", async () => {
  const fake = await start(CARD);
  const box = { left: 400, right: 1200, top: 50, bottom: 800, width: 800, height: 750, x: 400, y: 50, toJSON: () => ({}) };
  vi.spyOn(one(T.card), "getBoundingClientRect").mockReturnValue(box);
  fake.emit({ event: "file_hover", over: true });
  await settle();
  expect(one(T.attachmentDrop).textContent).toContain("Onto this card");
  fake.emit({ event: "file_hover", over: false });
  fake.emit({ event: "files_dropped", id: "d1", names: ["a.jpg"], x: 700, y: 300 });
  await settle();
  expect(all(T.attachmentDrop)).toHaveLength(0);
  expect(fake.asked.find((a) => a.command === "attachments_dropped")?.args).toEqual({ id: "d1", client_id: "c0" });
  expect(one(T.attachment).textContent).toContain("dropped.jpg");
  fake.emit({ event: "files_dropped", id: "d2", names: ["c.csv"], x: 100, y: 300 });
  await settle();
  expect(fake.asked.find((a) => a.command === "import_dropped")?.args).toEqual({ id: "d2" });
});

it("a refusal is said in words, and the card stays as it was", async () => {
  const fake = await start(CARD);
  fake.refusing.set("attachments_choose", { code: "attachment.too_large", params: { name: "film.mov", max: "26214400" } });
  await click(one(T.attachmentAdd));
  expect(all(T.toast).at(-1)?.textContent?.replace(/[\u2068\u2069\s]+/g, " ")).toMatch(/film\.mov is larger than 26 MB/);
  expect(all(T.attachment)).toHaveLength(0);
  expect(one(T.attachmentAdd).hasAttribute("disabled")).toBe(false);
});

/** Pastes files, or none, at a place. */
async function paste(target: EventTarget, files: File[]): Promise<Event> {
  const event = new Event("paste", { bubbles: true, cancelable: true });
  Object.defineProperty(event, "clipboardData", { value: { files } });
  target.dispatchEvent(event);
  await settle();
  return event;
}

it("a picture that is pasted onto the card is added by its name and content", async () => {
  const fake = await start(CARD);
  await paste(document.body, [new File([new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff, 0x00])], "image.png", { type: "image/png" })]);
  const asked = fake.asked.find((a) => a.command === "attachments_pasted");
  expect(asked?.args).toEqual({ client_id: "c0", files: [{ name: "image.png", content: "iVBOR/8A" }] });
  expect(one(T.attachment).textContent).toContain("image.png");
});

it("a clipboard without a picture or file is told so, and a text field keeps what is pasted into it", async () => {
  const fake = await start(CARD);
  const ours = await paste(document.body, []);
  expect(ours.defaultPrevented).toBe(true);
  expect(all(T.toast).at(-1)?.textContent).toMatch(/nothing in the clipboard/);
  fake.asked.length = 0;
  one(T.logText).focus();
  const theirs = await paste(one(T.logText), [new File(["x"], "a.png")]);
  expect(theirs.defaultPrevented).toBe(false);
  expect(fake.asked.some((a) => a.command === "attachments_pasted")).toBe(false);
});

it("a web view pastes only where something can be typed: for a moment there is such a place", async () => {
  const fake = await start(CARD);
  await press(document.body, "KeyV", { ctrlKey: true });
  const place = document.activeElement as HTMLElement;
  expect(place.tagName).toBe("TEXTAREA");
  await paste(place, [new File(["x"], "a.pdf")]);
  expect(fake.asked.some((a) => a.command === "attachments_pasted")).toBe(true);
  expect(place.isConnected).toBe(false);
  // Whoever types has a place already.
  one(T.logText).focus();
  await press(one(T.logText), "KeyV", { ctrlKey: true });
  expect(document.activeElement).toBe(one(T.logText));
});

it("the list shows the photo where there is one, by its address alone, and letters where it cannot be drawn", async () => {
  await start(CARD, { clients: 3 });
  const face = () => all(T.listRow).find((row) => row.dataset["id"] === "c0")?.querySelector("img");
  expect(face()).toBeNull();
  await click(one(T.cardPhoto));
  expect(face()?.getAttribute("loading")).toBe("lazy");
  face()?.dispatchEvent(new Event("error"));
  await settle();
  expect(face()).toBeNull();
});

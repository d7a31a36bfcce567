import { expect, it } from "vitest";
import { parse } from "../src/lib/router.svelte";
import { T } from "../src/lib/testids";
import { dismissAll } from "../src/lib/toasts.svelte";
import { all, click, one, press, settle, start, type } from "./start";

it("every screen has an address", () => {
  expect(parse("#/clients/c%2F1/edit")?.route).toEqual({ screen: "clients", id: "c/1", mode: "edit", text: "" });
  expect(parse("#/clients/new?text=%D0%90+%26")?.route).toMatchObject({ mode: "new", text: "А &" });
  expect(parse("#/keys")).toMatchObject({ keys: true });
  expect(parse("#/nonsense")).toBeNull();
});

it("a new book shows its recovery key and waits until it is written down", async () => {
  const fake = await start("", { book: "none" });
  await type(one(T.welcomeName), "Salon Anna");
  await click(one(T.welcomeCreate));
  expect(fake.asked.find((a) => a.command === "book_create")?.args).toMatchObject({ business_name: "Salon Anna", country: "US", currency: "USD", language: "en" });
  expect(one(T.recoveryKey).textContent).toContain("K7QM");
  const onward = one(T.recoveryContinue) as HTMLButtonElement;
  expect(onward.disabled).toBe(true);
  await click(one(T.recoveryConfirm));
  await click(onward);
  expect(all(T.rail)).toHaveLength(1);
});

it("the language switches at once", async () => {
  await start("", { book: "none" });
  await click(one(T.welcomeLanguage).querySelectorAll("input")[2] as HTMLElement);
  expect(document.body.textContent).toContain("Създай книгата");
  expect(document.documentElement.lang).toBe("bg");
});

it("a locked book says what is wrong and what is safe, and opens with the key", async () => {
  await start("", { book: "locked" });
  expect(one(T.lockedProblem).textContent).toContain("Your book is safe");
  await type(one(T.lockedKey), "zzzz");
  await click(one(T.lockedOpen));
  expect(one(T.lockedProblem).dataset["code"]).toBe("recovery_key.mistyped");
  await type(one(T.lockedKey), "k7qm 2xwd");
  await click(one(T.lockedOpen));
  expect(all(T.rail)).toHaveLength(1);
});

it("a client goes to the trash, for good only after a question", async () => {
  const fake = await start("#/clients/c1");
  await press(document.body, "Delete");
  expect(fake.clients[1]?.trashed_at).not.toBeNull();
  location.hash = "#/trash";
  await settle();
  await click(one(T.trashErase));
  expect(fake.asked.some((a) => a.command === "clients_erase")).toBe(false);
  await click(one(T.trashEraseDo));
  expect(all(T.trashRow)).toHaveLength(0);
  // Whoever has to prove it finds the receipt from here, also in a book that works alone.
  expect(one(T.trashReceipts).getAttribute("href")).toBe("#/head-office/erasures");
});

it("an import shows what it would do, runs, and is undone whole", async () => {
  const fake = await start("#/import");
  await click(one(T.importChoose));
  expect(one(T.importNew).textContent).toBe("2,981 new");
  expect(all(T.importColumn)).toHaveLength(7);
  expect(one(T.importRefusedRow).textContent).toContain("Line 814");
  await click(one(T.importRun));
  await new Promise((r) => setTimeout(r, 1000));
  await settle();
  expect(one(T.importResult).dataset["created"]).toBe("2981");
  const before = fake.clients.length;
  await click(one(T.importUndo));
  expect(fake.clients.length).toBe(before - 12);
  expect(one(T.importResult).dataset["undone"]).toBe("true");
});

it("a dropped file opens the import with its preview", async () => {
  const fake = await start();
  fake.emit({ event: "file_hover", over: true });
  await settle();
  expect(all(T.dropTarget)).toHaveLength(1);
  fake.emit({ event: "import_dropped", preview: await fake.commands.import_choose(null) });
  await settle();
  expect(location.hash).toBe("#/import");
  expect(all(T.dropTarget)).toHaveLength(0);
  expect(all(T.importPreview)).toHaveLength(1);
});

it("the history opens field by field and undoes any step", async () => {
  const fake = await start("#/clients/c0/edit");
  await type(document.querySelector("[data-field=card_number]") as HTMLElement, "77");
  await click(one(T.formSave));
  location.hash = "#/history";
  await settle();
  await click(one(T.historyOpen));
  expect(one(T.historyChange).textContent).toMatch(/Card number.*10 442.*77/s);
  await click(one(T.historyUndo));
  expect(fake.clients[0]?.draft.card_number).toBe("10 442");
});

it("the keys are listed, and letters do nothing while a dialog is open", async () => {
  await start("#/clients/c0");
  await press(document.body, "Slash", { shiftKey: true, key: "?" });
  expect(all(T.keysDialog)).toHaveLength(1);
  await press(document.body, "KeyE");
  expect(location.hash).toBe("#/clients/c0");
});

it("a client is handed everything the book holds, as what they like to have it", async () => {
  const fake = await start("#/clients/c1");
  const kinds = [["pdf", T.accessPdf], ["html", T.accessHtml], ["json", T.accessJson]] as const;
  for (const [kind, button] of kinds) {
    await click(one(T.cardAccess));
    expect(one(T.access).textContent).toContain("Everything we hold about");
    await click(one(button));
    expect(fake.asked.filter((a) => a.command === "client_access_export").at(-1)?.args).toEqual({ id: "c1", kind });
    expect(all(T.access)).toHaveLength(0);
    expect(all(T.toast).map((toast) => toast.textContent).join()).toContain(`.${kind}`);
  }
});

it("a closed file dialog leaves the question open, and a refusal is told", async () => {
  const fake = await start("#/clients/c1");
  dismissAll();
  fake.refusing.set("client_access_export", { code: "dialog.cancelled", params: {} });
  await click(one(T.cardAccess));
  await click(one(T.accessPdf));
  expect(all(T.access)).toHaveLength(1);
  expect(all(T.toast)).toHaveLength(0);
  fake.refusing.set("client_access_export", { code: "disk.full", params: {} });
  await click(one(T.accessPdf));
  expect(all(T.toast)).toHaveLength(1);
  await click(one(T.dialogClose));
  expect(all(T.access)).toHaveLength(0);
});

it("the question about one card is not open on the next", async () => {
  await start("#/clients/c1");
  await click(one(T.cardAccess));
  location.hash = "#/clients/c0";
  await settle();
  expect(all(T.access)).toHaveLength(0);
});

it("an import tells what it does not take, and offers a field to make only where one may be made", async () => {
  await start("#/import");
  await click(one(T.importChoose));
  const lost = one(T.importLost);
  expect(lost.dataset["total"]).toBe("2");
  const rows = all(T.importLostRow, lost).map((row) => row.textContent?.replace(/\s+/g, " ").replace(/[⁦-⁩]/g, ""));
  expect(rows[0]).toContain("Birthday");
  expect(rows[0]).toMatch(/in the file: 14 March 1988.*stays: 15 March/);
  expect(rows[1]).toMatch(/Цвят.*in the file: 7.1.*stays: 8.3/);
  const offered = async (column: number): Promise<number> => {
    await click(all(T.importColumn)[column] as HTMLElement);
    return document.querySelectorAll('[data-testid="option-custom"]').length;
  };
  expect(await offered(5)).toBe(0);
  expect(await offered(0)).toBe(1);
});

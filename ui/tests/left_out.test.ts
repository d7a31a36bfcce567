import { expect, it, vi } from "vitest";
import { T } from "../src/lib/testids";
import { LEFT_OUT } from "../src/testing/fake_import";
import { toasts } from "../src/lib/toasts.svelte";
import { all, click, one, settle, start } from "./start";

it("an export of everything says which contents are not in it, and one of the list says nothing", async () => {
  await start("#/settings");
  await click(one(T.exportCsv));
  expect(one(T.exportResult).textContent).toContain("/home/anna/clients.csv");
  expect(all(T.leftOut)).toHaveLength(0);
  await click(one(T.exportEverything));
  // Meanwhile, the bar of every import says how far it is.
  expect(one(T.exportProgress).querySelector("progress")?.max).toBe(3000);
  await click(one(T.importCancel));
  await vi.waitFor(() => expect(document.body.textContent).toContain("The export was stopped. Nothing was written."));
  expect(all(T.exportProgress)).toHaveLength(0);
  await click(one(T.exportEverything));
  await vi.waitFor(() => one(T.leftOut), 3000);
  expect(document.body.textContent).not.toContain("The export was stopped");
  const said = one(T.leftOut).textContent;
  expect(said).toContain("3 photos and files are without their contents, which are on other devices only.");
  expect(said).toContain("2 photos and files are without their contents, which are damaged:");
  expect(said).toMatch(/съгласие.pdf.*, on the card of .*Анна Абаджиева/);
  expect(said).toContain("and 1 more");
});

it("a look at such a file says which contents do not come with it", async () => {
  const fake = await start();
  const preview = await fake.commands.import_choose(null);
  const everything = { business_name: "Salon Anna", written_at: "2026-11-22T21:40:00.000Z", contacts: 5, rows: 90, digest: "0a", left_out: { ...LEFT_OUT, elsewhere: 0 } };
  fake.emit({ event: "import_dropped", preview: { ...preview, format: "everything", table: null, everything } });
  await settle();
  const said = one(T.leftOut, one(T.importEverything)).textContent;
  expect(said).not.toContain("on other devices");
  expect(said).toContain("съгласие.pdf");
});

it("who is handed everything gets the photos and files, and is told which are missing", async () => {
  const fake = await start("#/clients/c1");
  const hand = async (): Promise<string> => {
    await click(one(T.cardAccess));
    await click(one(T.accessPdf));
    const said = toasts.list.at(-1);
    return `${said?.tone} ${said?.title} ${said?.detail}`;
  };
  expect(await hand()).toMatch(/^plain Everything is saved .*2 photos and files are in .*\.files/);
  fake.leftOut = LEFT_OUT;
  const said = await hand();
  expect(said).toMatch(/^problem Saved, but some contents are missing/);
  expect(said).toContain("3 photos and files are without their contents");
  expect(said).toMatch(/which are damaged: .*съгласие.pdf/);
});

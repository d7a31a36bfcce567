import { expect, it } from "vitest";
import { T } from "../src/lib/testids";
import { LEFT_OUT } from "../src/testing/fake_import";
import { all, click, one, settle, start } from "./start";

it("an export of everything says which contents are not in it, and one of the list says nothing", async () => {
  await start("#/settings");
  await click(one(T.exportCsv));
  expect(one(T.exportResult).textContent).toContain("/home/anna/clients.csv");
  expect(all(T.leftOut)).toHaveLength(0);
  await click(one(T.exportEverything));
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

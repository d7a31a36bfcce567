import { expect, it } from "vitest";
import type { ImportPreview } from "../src/lib/bindings.gen";
import { csvPreview } from "../src/testing/fake_import";
import { T } from "../src/lib/testids";
import { all, click, one, settle, start } from "./start";

it("what is not yet read as it was asked cannot be imported", async () => {
  const fake = await start("#/import");
  await click(one(T.importChoose));
  const run = (): HTMLButtonElement => one(T.importRun) as HTMLButtonElement;
  expect(run().disabled).toBe(false);
  let answer: (preview: ImportPreview) => void = () => {};
  fake.commands.import_configure = () => new Promise((resolve) => (answer = resolve));
  await click(one(T.importRule));
  await click(document.querySelector("[data-testid=option-skip]") as HTMLElement);
  expect(run().disabled).toBe(true);
  await click(run());
  expect(fake.asked.some((a) => a.command === "import_run")).toBe(false);
  answer({ ...csvPreview(null), rule: "skip", matched: 0, skipped: 18 });
  await settle();
  expect(run().disabled).toBe(false);
  expect(one(T.importPreview).dataset["matched"]).toBe("0");
});

it("a file that was dropped is not replaced by one that was chosen before", async () => {
  const fake = await start("#/import");
  let answer: (preview: ImportPreview) => void = () => {};
  fake.commands.import_choose = () => new Promise((resolve) => (answer = resolve));
  await click(one(T.importChoose));
  fake.emit({ event: "import_dropped", preview: { ...csvPreview(null), id: "dropped", created: 7 } });
  await settle();
  answer({ ...csvPreview(null), id: "chosen" });
  await settle();
  expect(one(T.importPreview).dataset["created"]).toBe("7");
  // Nobody waits for what was chosen: it is let go.
  expect(fake.asked.filter((a) => a.command === "import_cancel").map((a) => a.args)).toEqual([{ id: "chosen" }]);
  // And the next question is answered again.
  await click(one(T.importCancel));
  expect(all(T.importChoose)).toHaveLength(1);
});

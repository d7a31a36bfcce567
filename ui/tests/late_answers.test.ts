import { expect, it } from "vitest";
import type { ImportPreview } from "../src/lib/bindings.gen";
import { csvPreview } from "../src/testing/fake_import";
import { T } from "../src/lib/testids";
import { click, one, settle, start } from "./start";

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

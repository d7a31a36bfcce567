import { expect, it } from "vitest";
import { T } from "../src/lib/testids";
import type { Refusal } from "../src/lib/bindings.gen";
import { all, click, one, settle, start } from "./start";

const radio = (label: HTMLElement): HTMLElement => label.querySelector("input") as HTMLElement;

it("a contact history is looked at, read another way, imported and undone whole", async () => {
  const fake = await start("#/import");
  await click(radio(one(T.importWhatHistory)));
  await click(one(T.historyChoose));
  expect(one(T.historyAdded).textContent).toContain("211");
  expect(one(T.historyThere).textContent).toContain("2 are there already");
  expect(all(T.importColumn)).toHaveLength(5);
  // While a file is looked at, nobody chooses another sort of import.
  expect(all(T.importWhatClients)).toHaveLength(0);
  expect(one(T.importRefusedRow).dataset["code"]).toBe("history.no_client");
  const before = fake.steps.length;
  await click(one(T.historyRun));
  expect(one(T.historyResult).dataset["added"]).toBe("211");
  expect(fake.steps.length).toBe(before + 1);
  await click(one(T.importUndo));
  expect(one(T.historyResult).dataset["undone"]).toBe("true");
  await click(one(T.importAgain));
  await click(radio(one(T.importWhatClients)));
  expect(all(T.importChoose)).toHaveLength(1);
});

it("a long look at a contact history says how far it is, and can be stopped", async () => {
  const fake = await start("#/import");
  await click(radio(one(T.importWhatHistory)));
  let refuse: (refusal: Refusal) => void = () => {};
  fake.commands.history_import_choose = () => new Promise((_, reject) => (refuse = reject));
  await click(one(T.historyChoose));
  const progress = (done: number): void => fake.emit({ event: "import_progress", id: "history-9", done, total: 10, part: "reading" });
  progress(1);
  await settle();
  expect(all(T.importProgress)).toHaveLength(0);
  await new Promise((r) => setTimeout(r, 450));
  progress(6);
  await settle();
  expect(one(T.importProgress).dataset["percent"]).toBe("30");
  await click(one(T.importCancel));
  expect(fake.asked.at(-1)).toMatchObject({ command: "import_cancel", args: { id: "history-9" } });
  refuse({ code: "import.cancelled", params: {} });
  await settle();
  expect(all(T.historyChoose)).toHaveLength(1);
  expect(all(T.importProblem)).toHaveLength(0);
});

import { expect, it } from "vitest";
import { T } from "../src/lib/testids";
import { all, click, one, start } from "./start";

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

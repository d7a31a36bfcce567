import { expect, it } from "vitest";
import type { ClientSave } from "../src/lib/bindings.gen";
import { T } from "../src/lib/testids";
import type { Fake } from "../src/testing/fake";
import { all, click, field, one, press, settle, start, type } from "./start";

const saves = (fake: Fake) => fake.asked.filter((a) => a.command === "client_save").map((a) => a.args as ClientSave);

it("sends the card as it was and as it is, and nothing else", async () => {
  const fake = await start("#/clients/c0/edit");
  await type(field("family_name"), "Нова");
  await press(field("family_name"), "Enter", { ctrlKey: true });
  const [sent] = saves(fake);
  expect(sent?.id).toBe("c0");
  expect(sent?.before?.family_name).toBe("Абаджиева");
  expect(sent?.after).toEqual({ ...sent?.before, family_name: "Нова" });
  expect(location.hash).toBe("#/clients/c0");
  expect(one(T.cardName).textContent).toContain("Нова");
  expect(one(T.toast).textContent).toContain("Changed");
});

it("adds and removes rows, and leaves empty ones behind", async () => {
  const fake = await start("#/clients/c0/edit");
  await click(one(T.addPhone));
  expect(document.activeElement).toBe(field("phone", 2));
  await type(field("phone", 2), "02 111 22 33");
  await click(one(T.addEmail));
  await press(field("phone", 2), "Enter", { ctrlKey: true });
  const after = saves(fake)[0]?.after;
  expect(after?.phones.map((p) => p.typed)).toEqual(["0888 123 456", "02 987 65 43", "02 111 22 33"]);
  expect(after?.emails).toHaveLength(1);
});

it("saves a tag that was typed and not yet put beside the others, and asks before it is lost", async () => {
  const fake = await start("#/clients/c0/edit");
  await type(one(T.tagInput), "vip, new");
  await press(one(T.tagInput), "NumpadEnter", { ctrlKey: true });
  expect(saves(fake)[0]?.after.tags).toEqual(expect.arrayContaining(["vip", "new"]));
  location.hash = "#/clients/c0/edit";
  await settle();
  await type(one(T.tagInput), "loyal");
  await press(one(T.tagInput), "Escape");
  expect(location.hash).toBe("#/clients/c0/edit");
  expect(all(T.leaveDraft)).toHaveLength(1);
});

it("shows a refusal beside its field and keeps what was typed", async () => {
  const fake = await start("#/clients/c0/edit");
  await type(field("email"), "not an address");
  await click(one(T.formSave));
  const problem = one(T.fieldProblem);
  expect(problem.textContent).toContain("is not an e-mail address");
  expect(field("email").getAttribute("aria-invalid")).toBe("true");
  expect(field("email").value).toBe("not an address");
  expect(all(T.formProblem)).toHaveLength(0);
  expect(fake.clients[0]?.draft.emails[0]?.address).toContain("@");
});

it("leaves at once when nothing was typed", async () => {
  await start("#/clients/c3/edit");
  await press(field("given_name"), "Escape");
  expect(location.hash).toBe("#/clients/c3");
});

it("asks before typed words are lost, and keeps them as a draft", async () => {
  const fake = await start("#/clients/c0/edit");
  await type(field("notes"), "half a thought");
  await press(field("notes"), "Escape");
  expect(location.hash).toBe("#/clients/c0/edit");
  await click(one(T.leaveDraft));
  expect(location.hash).toBe("#/clients/c0");
  location.hash = "#/clients/c0/edit";
  await settle();
  expect(field("notes").value).toBe("half a thought");
  await click(one(T.draftDiscard));
  expect(field("notes").value).not.toBe("half a thought");
  expect(saves(fake)).toHaveLength(0);
});

it("takes a birthday without its year, and none that is half said", async () => {
  const fake = await start("#/clients/c0/edit");
  await type(field("birthday_year"), "");
  await press(field("birthday_year"), "Enter", { ctrlKey: true });
  expect(saves(fake)[0]?.after.birthday).toEqual({ year: null, month: 3, day: 14 });
});

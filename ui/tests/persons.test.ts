// Contact persons who are clients, too: chosen by keys, shown on both cards.

import { expect, it } from "vitest";
import { T } from "../src/lib/testids";
import { all, click, one, press, settle, start, type } from "./start";

const CARD = "#/clients/c1";
const typedInto = (id: Parameters<typeof one>[0]) => one(id) as HTMLInputElement;

it("a client is found by part of a name, with keys alone, and stands on both cards as a link", async () => {
  const fake = await start(`${CARD}/edit`);
  await click(all(T.personLink)[0] as HTMLElement);
  const box = typedInto(T.findInput);
  expect(document.activeElement).toBe(box);
  await type(box, "абадж");
  const found = all(T.findHit).map((hit) => hit.dataset["id"]);
  expect(found).toContain("c0");
  for (let at = 0; at < found.indexOf("c0"); at++) await press(box, "ArrowDown");
  await press(box, "Enter");
  expect(one(T.personLinked).dataset["id"]).toBe("c0");
  // The keyboard is where the entry is, not lost with the question.
  expect(one(T.personLinked).contains(document.activeElement)).toBe(true);
  await click(one(T.formSave));
  await settle();
  const saved = fake.asked.find((a) => a.command === "client_save")?.args as { after: { contact_persons: { person_id: string | null; role: string }[] } };
  expect(saved.after.contact_persons[0]).toMatchObject({ person_id: "c0", role: "счетоводител" });
  const link = all(T.cardLink).find((a) => a.textContent?.includes("Абаджиева")) as HTMLAnchorElement;
  expect(link.getAttribute("href")).toBe("#/clients/c0");
  await click(link);
  location.hash = "#/clients/c0";
  await settle();
  const of = all(T.cardPersonOf).find((line) => line.textContent?.includes("Аврора"));
  expect(of?.textContent).toMatch(/Contact person of.*счетоводител/s);
  expect(of?.querySelector("a")?.getAttribute("href")).toBe("#/clients/c1");
});

it("a link is taken off again, and the name stays as words", async () => {
  const fake = await start("#/clients/c0/edit");
  expect(all(T.personLinked)).toHaveLength(1);
  const name = one(T.personLinked).textContent?.trim();
  await click(one(T.personUnlink));
  expect(all(T.personLinked)).toHaveLength(0);
  expect((document.activeElement as HTMLInputElement).value).toContain(name?.split(" ").at(-1) ?? "?");
  await click(one(T.formSave));
  await settle();
  const saved = fake.asked.find((a) => a.command === "client_save")?.args as { after: { contact_persons: { person_id: string | null }[] } };
  expect(saved.after.contact_persons[0]?.person_id).toBeNull();
});

it("one in the trash is named and said to be there, one who may not be seen is no link", async () => {
  const fake = await start("#/clients/c0");
  expect(one(T.cardPerson).querySelector("a")).not.toBeNull();
  await fake.call("clients_trash", { ids: ["c2"] });
  fake.emit({ event: "invalidated", invalidates: [{ topic: "client", id: null }] });
  await settle();
  expect(one(T.cardPerson).textContent).toContain("This card is in the trash");
  fake.clients.splice(fake.clients.findIndex((c) => c.id === "c2"), 1);
  fake.emit({ event: "invalidated", invalidates: [{ topic: "client", id: null }] });
  await settle();
  expect(one(T.cardPerson).textContent).toContain("Борис Абаджиев");
  expect(one(T.cardPerson).querySelector("a")).toBeNull();
});

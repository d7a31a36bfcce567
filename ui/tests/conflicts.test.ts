import { beforeEach, describe, expect, it } from "vitest";
import { setSingleKeys } from "../src/lib/keys";
import { T } from "../src/lib/testids";
import type { Fake } from "../src/testing/fake";
import { all, click, one, press, settle, start } from "./start";

const here = "#/head-office/conflicts";
const ids = () => all(T.conflict).map((c) => c.dataset["id"]);
const current = () => all(T.conflict).find((c) => c.getAttribute("aria-current") === "true")?.dataset["id"];
const settled = (fake: Fake) => fake.asked.filter((a) => a.command === "conflict_settle").map((a) => a.args);

beforeEach(() => setSingleKeys(true));

it("shows both values with who wrote them, when and where", async () => {
  await start(here, { office: "waiting" });
  const [never, phone, trashed] = all(T.conflict);
  expect(never?.textContent).toMatch(/Анна.*Never.*In the book now.*PPD.*Мария · Рецепция.*Kept aside.*Без амоняк.*Ольга · Лозенец, стол 2/s);
  expect(phone?.textContent).toMatch(/Phone.*0888 123 456.*owner · Head office.*empty/s);
  expect(trashed?.textContent).toMatch(/Thrown away on one device, changed on another.*Notes.*Фактура.*Keep it.*Thrown away.*Move to the trash/s);
});

it("a key chooses, the next one takes its place, and the toast takes it back", async () => {
  const fake = await start(here, { office: "waiting" });
  expect(current()).toBe("k1");
  await press(document.body, "Digit2", { key: "2" });
  expect(settled(fake)).toEqual([{ id: "k1", keep: "losing" }]);
  expect(ids()).toEqual(["k2", "k3"]);
  expect(current()).toBe("k2");
  expect(document.activeElement).toBe(one(T.conflictTake));
  expect(one(T.statusConflicts).textContent).toBe("2 conflicts");
  expect(one(T.toast).textContent).toContain("Conflict settled");
  await click(one(T.toastAction));
  expect(ids()).toEqual(["k1", "k2", "k3"]);
});

it("the arrows go between conflicts and sides, and Enter is the button's", async () => {
  const fake = await start(here, { office: "waiting" });
  await press(document.body, "ArrowDown");
  expect(current()).toBe("k2");
  expect(document.activeElement).toBe(all(T.conflictKeep)[1]);
  await press(document.activeElement as HTMLElement, "ArrowRight");
  await press(document.activeElement as HTMLElement, "ArrowDown");
  await press(document.activeElement as HTMLElement, "ArrowDown");
  expect(document.activeElement).toBe(all(T.conflictTake)[2]);
  await press(document.activeElement as HTMLElement, "ArrowUp");
  expect(current()).toBe("k2");
  await press(document.activeElement as HTMLElement, "Digit1", { key: "1" });
  expect(settled(fake)).toEqual([{ id: "k2", keep: "standing" }]);
  expect(current()).toBe("k3");
  await click(document.activeElement as HTMLElement);
  expect(settled(fake)[1]).toEqual({ id: "k3", keep: "standing" });
  expect(current()).toBe("k1");
  await click(one(T.conflictTake));
  expect(one(T.officeEmpty).textContent).toContain("No conflicts");
  expect(all(T.statusConflicts)).toHaveLength(0);
});

it("a key that is held down, or pressed twice before the answer, settles one", async () => {
  const fake = await start(here, { office: "waiting" });
  await press(document.body, "Digit1", { repeat: true });
  expect(settled(fake)).toHaveLength(0);
  for (let i = 0; i < 3; i++) document.body.dispatchEvent(new KeyboardEvent("keydown", { code: "Digit1", key: "1", bubbles: true, cancelable: true }));
  await settle();
  expect(settled(fake)).toEqual([{ id: "k1", keep: "standing" }]);
});

it("keys belong to the search box, to a dialog and to whoever turned them off", async () => {
  const fake = await start(here, { office: "waiting" });
  await press(one(T.search), "Digit1");
  await press(one(T.search), "ArrowDown");
  expect(current()).toBe("k1");
  await press(document.body, "Digit1", { ctrlKey: true });
  location.hash = here;
  await settle();
  await press(document.body, "Slash", { shiftKey: true, key: "?" });
  await press(document.body, "Digit1");
  expect(settled(fake)).toHaveLength(0);
});

it("without single keys there is no hint of them, and they do nothing", async () => {
  setSingleKeys(false);
  const fake = await start(here, { office: "waiting" });
  await press(document.body, "Digit1");
  expect(settled(fake)).toHaveLength(0);
  expect(one(T.conflictHint).textContent).not.toContain("choose");
  expect(one(T.conflictKeep).querySelector("kbd")).toBeNull();
  expect(one(T.conflictKeep).textContent).toContain("Keep this");
  await press(document.body, "ArrowDown");
  expect(current()).toBe("k2");
});

it("one that another settled meanwhile is refused in words, and the keys go on", async () => {
  const fake = await start(here, { office: "waiting" });
  fake.office.conflicts = fake.office.conflicts.slice(1);
  await press(document.body, "Digit1");
  expect(all(T.toast).at(-1)?.textContent).toContain("not there any more");
  expect(ids()).toEqual(["k2", "k3"]);
  await press(document.body, "Digit1");
  expect(settled(fake)).toEqual([{ id: "k1", keep: "standing" }, { id: "k2", keep: "standing" }]);
  expect(ids()).toEqual(["k3"]);
});

describe("on the client's card", () => {
  it("a quiet line leads to the choice, and is gone with it", async () => {
    await start("#/clients/c0", { office: "waiting" });
    expect(one(T.cardConflicts).textContent).toMatch(/2 conflicts on this card.*Never, Phone/s);
    location.hash = (one(T.cardConflicts).querySelector("a") as HTMLAnchorElement).getAttribute("href") ?? "";
    await settle();
    expect(current()).toBe("k1");
    expect(document.activeElement).toBe(all(T.conflictKeep)[0]);
    await press(document.body, "Digit1");
    await press(document.body, "Digit1");
    location.hash = "#/clients/c0";
    await settle();
    expect(all(T.card)).toHaveLength(1);
    expect(all(T.cardConflicts)).toHaveLength(0);
  });

  it("stands there also where the card has no warning, and nowhere else", async () => {
    await start("#/clients/c1", { office: "waiting" });
    expect(one(T.cardConflicts).dataset["count"]).toBe("1");
    location.hash = "#/clients/c5";
    await settle();
    expect(all(T.card)).toHaveLength(1);
    expect(all(T.cardConflicts)).toHaveLength(0);
  });

  it("comes by itself when a contact with head office brought one", async () => {
    const fake = await start("#/clients/c5", { office: "waiting" });
    const one_ = fake.office.conflicts[0];
    if (one_) fake.office.conflicts = [...fake.office.conflicts, { ...one_, id: "k9", client_id: "c5" }];
    fake.emit({ event: "head_office_changed" });
    await settle();
    expect(all(T.cardConflicts)).toHaveLength(1);
  });
});

it("hostile values and names stay text", async () => {
  const fake = await start("#/clients", { office: "waiting" });
  const evil = "<img src=x onerror=alert(1)>\u202Egnp";
  fake.office.conflicts = fake.office.conflicts.map((c) => ({ ...c, client_name: evil, field: evil, entity: evil, standing: { ...c.standing, value: evil, staff: evil, device: evil } }));
  fake.office.refused = fake.office.refused.map((r) => ({ ...r, client_name: evil, entity: evil, fields: [{ field: evil, value: evil }] }));
  fake.office.devices = fake.office.devices.map((d) => ({ ...d, name: evil }));
  fake.office.erasures = fake.office.erasures.map((e) => ({ ...e, staff: evil, waiting_for: [evil] }));
  fake.emit({ event: "head_office_changed" });
  for (const page of ["conflicts", "refused", "devices", "erasures"]) {
    location.hash = `#/head-office/${page}`;
    await settle();
    expect(document.getElementById("main")?.textContent, page).toContain(evil);
    expect(document.querySelector("main img, main script"), page).toBeNull();
  }
});

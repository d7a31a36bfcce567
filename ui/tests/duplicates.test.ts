import { expect, it } from "vitest";
import type { ClientsMerge, TwoClients } from "../src/lib/bindings.gen";
import { setSingleKeys } from "../src/lib/keys";
import { T } from "../src/lib/testids";
import type { Fake } from "../src/testing/fake";
import { all, click, one, press, settle, start } from "./start";

const sent = <A>(fake: Fake, command: string): A[] => fake.asked.filter((a) => a.command === command).map((a) => a.args as A);
const current = () => document.querySelector<HTMLElement>(`[data-testid="${T.pair}"][aria-current]`)?.dataset["keep"];
const option = (field: string, side: string): HTMLInputElement => {
  const found = document.querySelector<HTMLInputElement>(`[data-testid="${T.mergeChoice}"][data-field="${field}"] [data-value="${side}"] input`);
  if (!found) throw new Error(`no choice of ${side} for ${field}`);
  return found;
};
const sideOf = (field: string) => document.querySelector<HTMLElement>(`[data-testid="${T.mergeChoice}"][data-field="${field}"]`)?.dataset["side"];
const twins = { twins: true, clients: 6 };
const ANNA = "#/duplicates/c0/tw0";

it("lists who may be here twice, with why, and leads to the two side by side", async () => {
  await start("#/duplicates", twins);
  const rows = all(T.pair);
  expect(rows.map((row) => row.dataset["gone"])).toEqual(["tw0", "tw1"]);
  expect(rows[0]?.textContent).toMatch(/Абаджиева.*0888 123 456.*Anna Abadzhieva.*\+359888123456.*last contact.*same phone/s);
  expect(rows[1]?.textContent).toContain("same e-mail");
  await click(one(T.pairCompare));
  expect(location.hash).toBe(ANNA);
  expect(all(T.mergeSide).map((side) => side.dataset["id"])).toEqual(["c0", "tw0"]);
});

it("is worked through by keys: down, up, not the same, compare; and Undo brings a pair back", async () => {
  const fake = await start("#/duplicates", twins);
  expect(current()).toBe("c0");
  await press(document.body, "ArrowDown");
  expect(document.activeElement).toBe(all(T.pairCompare)[1]);
  await press(document.activeElement as HTMLElement, "ArrowUp");
  expect(current()).toBe("c0");
  await press(document.activeElement as HTMLElement, "KeyX", { key: "x" });
  expect(sent<TwoClients>(fake, "duplicate_dismiss")).toEqual([{ keep: "c0", gone: "tw0" }]);
  expect(all(T.pair)).toHaveLength(1);
  expect(document.activeElement).toBe(one(T.pairCompare));
  expect(one(T.toast).textContent).toMatch(/Not the same client: .*Абаджиева.* and .*Anna/);
  await click(one(T.toastAction));
  expect(all(T.pair)).toHaveLength(2);
  await press(document.body, "Enter");
  expect(location.hash).toMatch(/^#\/duplicates\/c\d\/tw\d$/);
});

it("a key that is held down, or pressed twice before the answer, tells one pair apart", async () => {
  const fake = await start("#/duplicates", twins);
  await press(document.body, "KeyX", { repeat: true });
  expect(sent(fake, "duplicate_dismiss")).toHaveLength(0);
  for (let i = 0; i < 3; i++) document.body.dispatchEvent(new KeyboardEvent("keydown", { code: "KeyX", bubbles: true, cancelable: true }));
  await settle();
  expect(sent(fake, "duplicate_dismiss")).toHaveLength(1);
});

it("keys belong to the search box and to whoever turned them off", async () => {
  const fake = await start("#/duplicates", twins);
  await press(one(T.search), "KeyX");
  setSingleKeys(false);
  location.hash = "#/history";
  await settle();
  location.hash = "#/duplicates";
  await settle();
  await press(document.body, "KeyX");
  setSingleKeys(true);
  expect(sent(fake, "duplicate_dismiss")).toHaveLength(0);
  expect(one(T.pairsHint).textContent).not.toContain("not the same");
  expect(all(T.pair)).toHaveLength(2);
});

it("says in one sentence that nobody is here twice", async () => {
  await start("#/duplicates", { clients: 3 });
  expect(one(T.pairsEmpty).textContent).toContain("Nobody seems to be here twice");
});

it("a refused pair says why, and the list goes on", async () => {
  const fake = await start("#/duplicates", twins);
  fake.refusing.set("duplicate_dismiss", { code: "not_found" });
  await press(document.body, "KeyX");
  expect(all(T.toast).at(-1)?.textContent).toContain("not there any more");
  fake.refusing.clear();
  await press(document.body, "KeyX");
  expect(all(T.pair)).toHaveLength(1);
  fake.refusing.set("duplicates_list", { code: "database", params: { detail: "x" } });
  await click(one(T.toastAction));
  expect(document.querySelector('[data-code="database"]')).not.toBeNull();
});

it("merges by keyboard alone; what was chosen is on the card, and Undo takes it apart", async () => {
  const fake = await start(ANNA, twins);
  expect(document.activeElement?.tagName).toBe("H1");
  expect(["name", "language", "source", "notes"].map(sideOf)).toEqual(["keep", "keep", "keep", "both"]);
  expect(one(T.mergeUnited).textContent).toMatch(/0888 123 456.*0899 777 111.*VIP.*bride/s);
  expect(one(T.mergeUnited).textContent).not.toContain("+359888123456");
  expect(one(T.mergeSame).textContent).toContain("14 March 1988");
  await click(option("source", "gone"));
  await press(option("source", "gone"), "Enter", { ctrlKey: true });
  const [merged] = sent<ClientsMerge>(fake, "clients_merge");
  expect([merged?.keep, merged?.gone]).toEqual(["c0", "tw0"]);
  expect(merged?.edited?.before.source).toBe("препоръка от Елена");
  expect(merged?.edited?.after.source).toBe("Instagram");
  expect(merged?.edited?.after.notes).toMatch(/7\.1.*\nPrefers to be called/);
  expect(merged?.edited?.after.other_names.map((n) => n.name)).toEqual(["Петкова", "Anna Abadzhieva"]);
  expect(location.hash).toBe("#/clients/c0");
  expect(all(T.cardPhone).map((p) => p.textContent).join()).toContain("777");
  await click(one(T.toastAction));
  location.hash = "#/duplicates";
  await settle();
  expect(all(T.pair)).toHaveLength(2);
});

it("the other name may stand: this one stays as another name; and notes may be of one card only", async () => {
  const fake = await start(ANNA, twins);
  await click(option("name", "gone"));
  await click(option("notes", "keep"));
  await click(one(T.mergeDo));
  const after = sent<ClientsMerge>(fake, "clients_merge")[0]?.edited?.after;
  expect([after?.given_name, after?.patronymic, after?.family_name]).toEqual(["Anna", "", "Abadzhieva"]);
  expect(after?.other_names.map((n) => n.name)).toEqual(["Петкова", "Анна Стоянова Абаджиева"]);
  expect(after?.notes).not.toContain("Prefers");
});

it("the card that stays can be the other one, and what was chosen stays chosen", async () => {
  const fake = await start(ANNA, twins);
  await click(option("source", "gone"));
  await press(document.body, "KeyS");
  expect(location.hash).toBe("#/duplicates/tw0/c0");
  expect(all(T.mergeSide).map((side) => side.dataset["id"])).toEqual(["tw0", "c0"]);
  expect(sideOf("source")).toBe("keep");
  expect(sideOf("name")).toBe("keep");
  await press(document.body, "Enter", { ctrlKey: true });
  const [merged] = sent<ClientsMerge>(fake, "clients_merge");
  expect([merged?.keep, merged?.gone, merged?.edited?.after.source]).toEqual(["tw0", "c0", "Instagram"]);
  expect(location.hash).toBe("#/clients/tw0");
});

it("Esc leaves everything as it was, back to where somebody came from", async () => {
  const fake = await start(ANNA, twins);
  await press(document.body, "Escape");
  expect(location.hash).toBe("#/duplicates");
  location.hash = `${ANNA}?from=c0`;
  await settle();
  await press(document.body, "Escape");
  expect(location.hash).toBe("#/clients/c0");
  expect(fake.steps).toHaveLength(0);
});

it("not the same, said while comparing, goes back to the list without the pair", async () => {
  await start(ANNA, twins);
  await click(one(T.mergeNotSame));
  expect(location.hash).toBe("#/duplicates");
  expect(all(T.pair).map((row) => row.dataset["gone"])).toEqual(["tw1"]);
});

it("a refused merge says what is safe and stays; a second try goes through once", async () => {
  const fake = await start(ANNA, twins);
  fake.refusing.set("clients_merge", { code: "client.in_trash" });
  await press(document.body, "Enter", { ctrlKey: true });
  expect(one(T.mergeProblem).textContent).toContain("Nothing was changed");
  expect(location.hash).toBe(ANNA);
  fake.refusing.clear();
  for (let i = 0; i < 2; i++) document.body.dispatchEvent(new KeyboardEvent("keydown", { code: "Enter", ctrlKey: true, bubbles: true, cancelable: true }));
  await settle();
  expect(sent(fake, "clients_merge")).toHaveLength(2);
  expect(location.hash).toBe("#/clients/c0");
});

it("who is gone, and one and the same card, are said in words", async () => {
  await start("#/duplicates/c0/nobody", twins);
  expect(one(T.mergeProblem).textContent).toContain("not in the book");
  location.hash = "#/duplicates/c0/c0";
  await settle();
  expect(one(T.mergeProblem).textContent).toContain("one and the same card");
  await click(one(T.mergeProblem).parentElement?.querySelector("button") as HTMLElement);
  expect(location.hash).toBe("#/duplicates");
});

it("is reached from the palette and from the settings", async () => {
  await start("#/settings", twins);
  await click(one(T.settingsDuplicates));
  expect(location.hash).toBe("#/duplicates");
  location.hash = "#/clients";
  await settle();
  one(T.search).focus();
  await settle();
  await click(all(T.searchCommand).find((c) => c.dataset["id"] === "duplicates") as HTMLElement);
  expect(location.hash).toBe("#/duplicates");
});

it("hostile names and values stay text", async () => {
  const evil = "<img src=x onerror=alert(1)>\u202Egnp";
  const fake = await start("#/clients", twins);
  const [anna, twin] = [fake.clients[0], fake.clients.at(-2)];
  if (anna) Object.assign(anna.draft, { family_name: evil, notes: evil, source: evil, tags: [evil] });
  if (twin) Object.assign(twin.draft, { family_name: evil, notes: `${evil} 2`, source: `${evil} 2` });
  for (const hash of ["#/duplicates", ANNA]) {
    location.hash = hash;
    await settle();
    expect(document.getElementById("main")?.textContent, hash).toContain(evil);
    expect(document.querySelector("main img, main script"), hash).toBeNull();
  }
});

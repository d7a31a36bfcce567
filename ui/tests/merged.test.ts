// What a card and the form of a card say of duplicates.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LikeAsk } from "../src/lib/bindings.gen";
import { T } from "../src/lib/testids";
import { all, click, field, one, press, settle, start, type } from "./start";

const twins = { twins: true, clients: 6 };
const MERGED = { keep: "c0", gone: "tw0", edited: null };

describe("on the card", () => {
  it("whoever was merged into it stands there quietly, and is taken apart again", async () => {
    const fake = await start("#/clients/c0", twins);
    expect(all(T.cardMerged)).toHaveLength(0);
    await fake.call("clients_merge", MERGED);
    fake.emit({ event: "invalidated", invalidates: [{ topic: "clients", id: null }] });
    await settle();
    expect(one(T.cardMerged).textContent).toMatch(/Merged from.*Anna Abadzhieva.*just.now.*Мария/s);
    await click(one(T.cardApart));
    expect(all(T.toast).at(-1)?.textContent).toMatch(/Undone: merged .*Anna Abadzhieva.* into .*Абаджиева/);
    expect(all(T.cardMerged)).toHaveLength(0);
    expect(all(T.cardPhone)).toHaveLength(2);
    location.hash = "#/clients/tw0";
    await settle();
    expect(one(T.cardName).textContent).toContain("Anna Abadzhieva");
  });

  it("what cannot be taken apart says why, and stays", async () => {
    const fake = await start("#/clients/c0", twins);
    await fake.call("clients_merge", MERGED);
    fake.emit({ event: "invalidated", invalidates: [{ topic: "duplicates", id: null }] });
    await settle();
    fake.refusing.set("client_unmerge", { code: "undo.not_possible" });
    await click(one(T.cardApart));
    expect(all(T.toast).at(-1)?.textContent).toContain("cannot be undone");
    expect(all(T.cardMerged)).toHaveLength(1);
  });

  it("an old address of a merged client leads to the card, also while it stands open", async () => {
    const fake = await start("#/clients/tw0", twins);
    expect(one(T.card).dataset["id"]).toBe("tw0");
    await fake.call("clients_merge", MERGED);
    fake.emit({ event: "invalidated", invalidates: [{ topic: "client", id: "tw0" }] });
    await settle();
    expect(location.hash).toBe("#/clients/c0");
    expect(one(T.card).dataset["id"]).toBe("c0");
  });

  it("the other card is looked for by keys alone, and never the card itself", async () => {
    await start("#/clients/c0", twins);
    await click(one(T.cardMerge));
    expect(document.activeElement).toBe(one(T.findInput));
    await type(one(T.findInput), "абаджиева");
    expect(one(T.findNone).textContent).toContain("Nobody else");
    await press(one(T.findInput), "Enter");
    expect(location.hash).toBe("#/clients/c0");
    await type(one(T.findInput), "a");
    const hits = all(T.findHit).map((hit) => hit.dataset["id"]);
    expect(hits).toContain("tw0");
    expect(hits).not.toContain("c0");
    await type(one(T.findInput), "anna ab");
    await press(one(T.findInput), "ArrowDown");
    await press(one(T.findInput), "Enter");
    expect(location.hash).toBe("#/duplicates/c0/tw0?from=c0");
    expect(all(T.mergeWith)).toHaveLength(0);
    await press(document.body, "Escape");
    expect(location.hash).toBe("#/clients/c0");
  });

  it("a search that is refused says why, and Esc leaves", async () => {
    const fake = await start("#/clients/c0", twins);
    await click(one(T.cardMerge));
    fake.refusing.set("search", { code: "database", params: { detail: "x" } });
    await type(one(T.findInput), "anna");
    expect(one(T.mergeWith).querySelector('[data-code="database"]')).not.toBeNull();
    await press(one(T.findInput), "Escape");
    expect(all(T.mergeWith)).toHaveLength(0);
  });
});

describe("in the form", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true }));
  afterEach(() => void vi.useRealTimers());
  const pause = async (ms: number): Promise<void> => {
    await vi.advanceTimersByTimeAsync(ms);
    await settle();
  };

  it("somebody who may be here already is shown after a pause, and opens; the draft is kept", async () => {
    const fake = await start("#/clients/new", twins);
    const asked = () => fake.asked.filter((a) => a.command === "duplicates_like").map((a) => a.args as LikeAsk);
    await pause(300);
    const before = asked().length;
    await click(one(T.addPhone));
    for (const text of ["0888", "0888 12", "0888 123 456"]) {
      const input = field("phone");
      input.value = text;
      input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
    await pause(300);
    expect(asked()).toHaveLength(before + 1);
    expect(asked().at(-1)?.except).toBeNull();
    expect(one(T.formLike).textContent).toMatch(/May be here already:.*Абаджиева.*0888 123 456.*same phone/s);
    const rows = all(T.formLikeRow);
    expect(rows.map((row) => row.dataset["id"])).toEqual(["c0", "tw0"]);
    location.hash = rows[0]?.querySelector("a")?.getAttribute("href") ?? "";
    await settle();
    expect(one(T.card).dataset["id"]).toBe("c0");
    location.hash = "#/clients/new";
    await settle();
    expect(field("phone").value).toBe("0888 123 456");
  });

  it("on a card that is edited it never names the card itself; notes are no reason to ask", async () => {
    const fake = await start("#/clients/tw0/edit", twins);
    await pause(300);
    expect(all(T.formLikeRow).map((row) => row.dataset["id"])).toEqual(["c0"]);
    const before = fake.asked.filter((a) => a.command === "duplicates_like").length;
    await type(field("notes"), "something");
    await pause(300);
    expect(fake.asked.filter((a) => a.command === "duplicates_like")).toHaveLength(before);
    await type(field("phone"), "02 000 00 00");
    await type(field("given_name"), "Zoe");
    await pause(300);
    expect(all(T.formLike)).toHaveLength(0);
  });

  it("a hint that cannot be had is silent, and the card is saved all the same", async () => {
    const fake = await start("#/clients/new", twins);
    fake.refusing.set("duplicates_like", { code: "database", params: { detail: "x" } });
    await type(field("given_name"), "Зоя");
    await pause(300);
    expect(all(T.formLike)).toHaveLength(0);
    expect(all(T.toast).filter((toast) => toast.textContent?.includes("refused"))).toHaveLength(0);
    await press(field("given_name"), "Enter", { ctrlKey: true });
    expect(one(T.cardName).textContent).toContain("Зоя");
  });
});

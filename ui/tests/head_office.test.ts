import { describe, expect, it, vi } from "vitest";
import { inGroups, plainCode } from "../src/features/head-office/code";
import { BEAT_MS } from "../src/lib/clock.svelte";
import type { ErasureRow } from "../src/lib/bindings.gen";
import { LANGUAGES, t } from "../src/lib/i18n/index.svelte";
import { OFFICE_PAGES, parse, toOffice } from "../src/lib/router.svelte";
import { setSingleKeys } from "../src/lib/keys";
import { T, type TestId } from "../src/lib/testids";
import { CODE, type OfficeScene } from "../src/testing/fake_office";
import { all, click, one, press, settle, start, type } from "./start";

const said = (id: TestId) => all(id).at(-1)?.textContent?.replace(/\s+/g, " ").trim() ?? "";

describe("a book alone", () => {
  it("says nothing of head office but in the settings", async () => {
    await start("#/settings");
    for (const id of [T.statusOffice, T.statusWaiting, T.statusConflicts, T.branch, T.officeFacts] as const) expect(all(id), id).toHaveLength(0);
    expect(one(T.status).textContent).not.toMatch(/head office/i);
    expect(said(T.officeAbout)).toContain("everything works the same");
    expect((one(T.officeDevice) as HTMLInputElement).value).toBe("Front desk");
    expect((one(T.officeConnect) as HTMLButtonElement).disabled).toBe(true);
  });

  it("takes a pairing code as people type it, and stands connected", async () => {
    const fake = await start("#/settings");
    const code = one(T.officeCode) as HTMLTextAreaElement;
    await type(code, ` ${CODE.toLowerCase().replace(/(.{4})/g, "$1 – ")}\n`);
    await type(one(T.officeDevice), " Chair 2 ");
    await press(code, "Enter");
    expect(fake.asked.find((a) => a.command === "head_office_pair")?.args).toEqual({ code: CODE, device_name: "Chair 2" });
    expect(said(T.officeFacts)).toMatch(/Company.*Салони.*This device.*Chair 2.*Branch.*Център.*Server.*office\.salon-anna/);
    expect(said(T.toast)).toContain("Connected to");
    expect(one(T.statusOffice).dataset["state"]).toBe("reached");
    expect(document.activeElement).toBe(one(T.office));
  });

  it.each([
    ["AAAA", "head_office.code_wrong", "group by group"],
    ["ZZZZ", "head_office.code_used", "Ask head office for a new code"],
  ])("a code that is no good (%s) is told beside its field, and stays", async (typed, _, todo) => {
    await start("#/settings");
    await type(one(T.officeCode), typed);
    await click(one(T.officeConnect));
    expect(said(T.fieldProblem)).toContain(todo);
    expect(said(T.fieldProblem)).toContain("book is unchanged");
    expect(document.activeElement).toBe(one(T.officeCode));
    expect(one(T.officeCode).getAttribute("aria-invalid")).toBe("true");
    expect((one(T.officeCode) as HTMLTextAreaElement).value).toBe(typed);
    expect(all(T.officeFacts)).toHaveLength(0);
  });

  it("a server that is not the one is a problem of its own, and what is safe is said", async () => {
    await start("#/settings");
    await type(one(T.officeCode), "XXXX");
    await click(one(T.officeConnect));
    expect(one(T.officeProblem).dataset["code"]).toBe("head_office.not_trusted");
    expect(said(T.officeProblem)).toMatch(/Nothing was sent/);
    expect((one(T.officeConnect) as HTMLButtonElement).disabled).toBe(false);
  });

  it("the demo book says why it is not connected, and asks for no code", async () => {
    const fake = await start("#/settings", { demo: true });
    expect(said(T.officeDemo)).toMatch(/invented.*never connected to head office/);
    for (const id of [T.officeAbout, T.officeCode, T.officeConnect, T.officeFacts] as const) expect(all(id), id).toHaveLength(0);
    await click(one(T.officeDemoLeave));
    expect(fake.asked.map((asked) => asked.command)).toContain("book_close");
    one(T.welcome);
  });

  it("has empty pages that say what will stand there", async () => {
    await start("#/settings");
    for (const page of OFFICE_PAGES) {
      location.hash = toOffice(page);
      await settle();
      expect(said(T.officeEmpty), page).not.toBe("");
      expect(document.querySelectorAll("h1"), page).toHaveLength(1);
      expect(document.querySelector("table"), page).toBeNull();
    }
  });
});

it("a code loses what stands between its groups and nothing else", () => {
  expect(plainCode(" k7qm-2xwd – 9fta\n—１２ ")).toBe("K7QM2XWD9FTA12");
  expect(inGroups("k7qm2xwd9")).toBe("K7QM-2XWD-9");
  expect(inGroups(inGroups(CODE))).toBe(inGroups(CODE));
  expect(inGroups("  ")).toBe("");
});

describe("a paired book says how it stands", () => {
  const cases: [OfficeScene, string, RegExp, RegExp | null][] = [
    ["branch", "reached", /^Saved here\. Nothing waits\. Head office last reached 5 minutes ago\. Both books agree\.$/, null],
    ["waiting", "waiting", /^Saved here\. 3 changes wait\. Head office last reached 5 minutes ago\. Both books agreed then\.$/, null],
    ["repairing", "reached", /The books differ; this is being repaired\.$/, null],
    ["unreachable", "unreachable", /3 changes wait\. Head office last reached (yesterday|2 days ago)\. Both books agreed then\.$/, /last try, 4 minutes ago, did not succeed\. Head office does not answer\. Go on working/],
    ["never", "unreachable", /Head office was not reached yet\.$/, /does not answer/],
    ["revoked", "revoked", /^Saved here\. Head office has not taken 3 changes\. Head office last reached 5 minutes ago\. Both books agreed then\.$/, /has revoked this device\. Everything in this book stays/],
  ];
  it.each(cases)("%s", async (office, state, words, why) => {
    await start("#/settings", { office });
    expect(said(T.officeSaid)).toMatch(words);
    if (why) expect(said(T.officeWhy)).toMatch(why);
    else expect(all(T.officeWhy)).toHaveLength(0);
    expect(one(T.statusOffice).dataset["state"]).toBe(state);
    expect(all(T.statusWaiting)).toHaveLength(words.source.includes("3 changes wait") || office === "never" ? 1 : 0);
    // A revoked device has nobody to exchange with.
    expect(all(T.officeSync)).toHaveLength(office === "revoked" ? 0 : 1);
    expect(all(T.officeProblem)).toHaveLength(0);
  });

  it("head office itself serves all branches", async () => {
    await start("#/settings", { office: "central" });
    expect(said(T.officeFacts)).toContain("All branches");
  });

  it("grows older while one looks at it", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"], now: Date.now() });
    try {
      await start("#/clients", { office: "branch" });
      expect(said(T.statusOffice)).toBe("Head office reached 5 minutes ago");
      vi.advanceTimersByTime(3 * 60_000 + BEAT_MS);
      await settle();
      expect(said(T.statusOffice)).toBe("Head office reached 8 minutes ago");
    } finally {
      vi.useRealTimers();
    }
  });
});

it("Sync now begins a contact, and its end is told by itself", async () => {
  const fake = await start("#/settings", { office: "unreachable" });
  await click(one(T.officeSync));
  expect(said(T.officeSync)).toBe("Syncing…");
  await click(one(T.officeSync));
  expect(fake.asked.filter((a) => a.command === "head_office_sync")).toHaveLength(1);
  await new Promise((r) => setTimeout(r, 450));
  await settle();
  expect(said(T.officeSync)).toBe("Sync now");
  expect(said(T.officeSaid)).toMatch(/Nothing waits\..*Both books agree\./);
  expect(one(T.statusOffice).dataset["state"]).toBe("reached");
});

it("a sync that cannot begin says why", async () => {
  const fake = await start("#/settings", { office: "waiting" });
  fake.commands.head_office_sync = () => Promise.reject({ code: "head_office.protocol", params: { found: "9", known: "1" } });
  await click(one(T.officeSync));
  expect(said(T.toast)).toMatch(/theirs \u20689\u2069, ours \u20681\u2069.*Everything is saved in this book/);
});

it("disconnecting asks first and says what stays", async () => {
  const fake = await start("#/settings", { office: "waiting" });
  await click(one(T.officeLeave));
  expect(said(T.dialog)).toMatch(/whole history stay in this book.*3 changes have not reached head office/);
  await click(one(T.officeLeaveCancel));
  expect(fake.asked.some((a) => a.command === "head_office_leave")).toBe(false);
  await click(one(T.officeLeave));
  await click(one(T.officeLeaveDo));
  expect(all(T.officeCode)).toHaveLength(1);
  expect(all(T.statusOffice)).toHaveLength(0);
  expect(document.activeElement).toBe(one(T.office));
});

it("what came in and went out is told contact by contact", async () => {
  await start("#/head-office/exchange", { office: "waiting" });
  expect(all(T.exchangeRow)).toHaveLength(60);
  expect(all(T.exchangeRow)[3]?.textContent).toMatch(/1,840.*8\.4s/s);
  expect(all(T.exchangeRow)[4]?.textContent).toContain("Head office does not answer.");
  await click(one(T.exchangeMore));
  expect(all(T.exchangeRow)).toHaveLength(75);
  expect(all(T.exchangeMore)).toHaveLength(0);
});

it("a refused change shows its reason and its values, and leaves the list after a question", async () => {
  await start("#/head-office/refused", { office: "waiting" });
  const [large, foreign] = all(T.refused);
  expect(large?.textContent).toMatch(/Аврора.*larger than head office takes.*can still be read here.*262 kB.*Notes.*Всички разговори/s);
  expect(foreign?.textContent).toMatch(/may not change this.*Name of the business.*Салон.*Currency.*empty/s);
  expect(all(T.copy)).toHaveLength(2);
  await click(one(T.refusedDiscard));
  expect(said(T.dialog)).toContain("Copy first");
  expect(all(T.refused)).toHaveLength(2);
  await click(one(T.refusedDiscardDo));
  expect(all(T.refused).map((r) => r.dataset["id"])).toEqual(["r2"]);
});

it("a page that cannot be read says so", async () => {
  const fake = await start("#/clients", { office: "waiting" });
  for (const [page, command] of [["exchange", "exchange_list"], ["refused", "refused_list"], ["devices", "devices_list"], ["erasures", "erasures_list"]] as const) {
    Object.assign(fake.commands, { [command]: () => Promise.reject({ code: "database", params: { detail: "x" } }) });
    location.hash = toOffice(page);
    await settle();
    expect(one(T.officeProblem).dataset["code"], page).toBe("database");
    expect(all(T.officeEmpty), page).toHaveLength(0);
  }
});

describe("devices", () => {
  it("a branch sees them and revokes none", async () => {
    await start("#/head-office/devices", { office: "waiting" });
    expect(all(T.device)).toHaveLength(5);
    expect(one(T.device).textContent).toMatch(/this device.*Център.*5 minutes ago/s);
    expect(all(T.device)[3]?.textContent).toContain("not yet");
    expect(all(T.device)[4]?.textContent).toMatch(/revoked \d+ \w+ \d{4}/);
    expect(all(T.deviceRevoke)).toHaveLength(0);
    expect(document.querySelector(".lead")?.textContent).toContain("Only head office can revoke");
  });

  it("head office revokes another one after a question, never itself", async () => {
    const fake = await start("#/head-office/devices", { office: "central" });
    expect(all(T.deviceRevoke)).toHaveLength(2);
    await click(one(T.deviceRevoke));
    expect(said(T.dialog)).toMatch(/Лозенец, стол 2.*set aside there, not thrown away/);
    await click(one(T.deviceRevokeDo));
    expect(fake.asked.find((a) => a.command === "device_revoke")?.args).toEqual({ id: "d2" });
    expect(all(T.deviceRevoke)).toHaveLength(1);
    expect(all(T.device)[1]?.textContent).toContain("revoked");
  });

  it("a refusal leaves the list as it is and is told", async () => {
    const fake = await start("#/head-office/devices", { office: "central" });
    fake.commands.device_revoke = () => Promise.reject({ code: "head_office.unreachable" });
    await click(one(T.deviceRevoke));
    await click(one(T.deviceRevokeDo));
    expect(said(T.toast)).toContain("Head office does not answer");
    expect(all(T.deviceRevoke)).toHaveLength(2);
  });
});

describe("erasures", () => {
  it("each says how far it has come, and who has not confirmed", async () => {
    await start("#/head-office/erasures", { office: "central" });
    const rows = all(T.erasure).map((row) => row.textContent?.replace(/\s+/g, " ") ?? "");
    expect(rows[0]).toMatch(/4F2A-0E01.*owner.*1 client.*Head office has not been told yet\./);
    expect(rows[1]).toMatch(/2 devices have not confirmed: ?Лозенец, стол 2, ?Младост.*Confirmed: ?Head office, ?Рецепция Център/);
    expect(rows[1]).not.toMatch(/files yet/);
    expect(rows[2]).toMatch(/Diana.*3 clients.*Confirmed by all devices and head office by .*Revoked before confirming, no longer waited for: ?Old laptop/);
    expect(rows[3]).toMatch(/By itself.*2 contacts/);
    expect(all(T.erasuresMore)).toHaveLength(0);
  });

  it.each([
    [{ state: "alone", told_at: null }, /works alone\.\s*$/],
    [{ state: "refused" }, /did not take this/],
    [{ waiting_for: [], head_office_done: false }, /has not finished in its own files yet\..*Confirmed:/],
    [{ waiting_for: [] }, /word that all have confirmed is still to come\..*Confirmed:/],
    [{ waiting_for: [], head_office_done: false, told_at: null }, /word that all have confirmed is still to come\..*Confirmed:/],
    [{ waiting_for: ["Desk"], head_office_done: false }, /1 device has not confirmed: ?Desk.*either\./],
    [{ waiting_for: ["Desk"], head_office_done: false, told_at: null }, /1 device has not confirmed: ?Desk ?Confirmed/],
  ] as [Partial<ErasureRow>, RegExp][])("in the state %j", async (more, words) => {
    const fake = await start("#/clients", { office: "central" });
    fake.office.erasures = fake.office.erasures.slice(1, 2).map((row) => ({ ...row, ...more }));
    location.hash = toOffice("erasures");
    await settle();
    expect(one(T.erasure).textContent?.replace(/\s+/g, " ")).toMatch(words);
  });

  it("are shown page by page", async () => {
    const fake = await start("#/clients", { office: "central" });
    const [row] = fake.office.erasures;
    fake.office.erasures = Array.from({ length: 130 }, (_, i) => ({ ...row!, id: `r${i}` }));
    location.hash = toOffice("erasures");
    await settle();
    expect(all(T.erasure)).toHaveLength(60);
    await click(one(T.erasuresMore));
    await click(one(T.erasuresMore));
    expect(all(T.erasure)).toHaveLength(130);
    expect(all(T.erasuresMore)).toHaveLength(0);
  });
});

describe("branches", () => {
  it("head office looks at all of them or at one", async () => {
    const fake = await start("#/clients", { office: "central" });
    expect(all(T.rowBranch).length).toBeGreaterThan(5);
    const before = Number(one(T.list).dataset["total"]);
    await click(one(T.branch));
    await click(document.querySelector("[data-testid='option-b2']") as HTMLElement);
    expect(fake.asked.find((a) => a.command === "branch_choose")?.args).toEqual({ branch: "b2" });
    expect(one(T.branch).dataset["value"]).toBe("b2");
    expect(Number(one(T.list).dataset["total"])).toBeLessThan(before);
    expect(all(T.rowBranch)).toHaveLength(0);
    await click(one(T.branch));
    await click(document.querySelector("[data-testid='option-']") as HTMLElement);
    expect(fake.asked.filter((a) => a.command === "branch_choose").at(-1)?.args).toEqual({ branch: null });
    expect(Number(one(T.list).dataset["total"])).toBe(before);
  });

  it("a branch has only itself", async () => {
    await start("#/clients", { office: "branch" });
    expect(all(T.branch)).toHaveLength(0);
    expect(all(T.rowBranch)).toHaveLength(0);
  });

  it("those that head office names later are there without a restart", async () => {
    const fake = await start("#/clients", { office: "branch" });
    fake.office.branches = { can_choose: true, chosen: null, branches: [{ id: "b9", name: "New" }] };
    fake.emit({ event: "head_office_changed" });
    await settle();
    expect(all(T.branch)).toHaveLength(1);
  });
});

it("every page about head office has an address", () => {
  expect(parse("#/head-office/conflicts/k%2F1")?.route).toEqual({ screen: "head-office", page: "conflicts", id: "k/1" });
  expect(parse("#/head-office/devices")?.route).toEqual({ screen: "head-office", page: "devices", id: null });
  expect(parse("#/head-office/nonsense")?.route).toEqual({ screen: "settings" });
});

it.each([["off", 0], ["waiting", 1]] as const)("the palette of a book that is %s offers the exchange %i times", async (office, times) => {
  await start("#/clients", { office });
  await type(one(T.search), "sync");
  expect(all(T.searchCommand).filter((c) => c.textContent?.includes(t("action.sync")))).toHaveLength(times);
});

describe.each(LANGUAGES.map((l) => [l]))("in %s, by keyboard and screen reader", (language) => {
  it.each(["#/settings", ...OFFICE_PAGES.map((page) => toOffice(page))].map((hash) => [hash]))("%s has a name for everything", async (hash) => {
    setSingleKeys(true);
    await start(hash, { office: "central", language });
    const main = document.getElementById("main") as HTMLElement;
    for (const control of main.querySelectorAll<HTMLElement>("button, a, input, textarea")) {
      const labels = [control.getAttribute("aria-label"), control.textContent, ...[...((control as HTMLInputElement).labels ?? [])].map((l) => l.textContent)];
      expect(labels.some((l) => l?.trim()), control.outerHTML).toBe(true);
      expect(control.tabIndex, control.outerHTML).toBeGreaterThanOrEqual(0);
    }
    for (const head of main.querySelectorAll("th")) expect(head.getAttribute("scope"), head.outerHTML).toMatch(/^(col|row)$/);
    const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const e of document.querySelectorAll("[aria-labelledby], [aria-describedby]")) {
      const named = `${e.getAttribute("aria-labelledby") ?? ""} ${e.getAttribute("aria-describedby") ?? ""}`.split(" ").filter(Boolean);
      for (const id of named) expect(document.getElementById(id), `${id} of ${e.outerHTML.slice(0, 80)}`).not.toBeNull();
    }
    expect(main.querySelectorAll("h1")).toHaveLength(1);
    expect(main.textContent).not.toMatch(/\{\w+\}|undefined|\bnull\b|NaN/);
  });
});

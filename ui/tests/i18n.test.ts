import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import type { Language } from "../src/lib/bindings.gen";
import { fieldName, LANGUAGES, refusalText, setLanguage, stepText, t, tongues } from "../src/lib/i18n/index.svelte";

const bindings = readFileSync("src/lib/bindings.gen.ts", "utf8");
const union = (name: string): string[] => {
  const text = new RegExp(`export type ${name} = ([^;]+);`).exec(bindings)?.[1] ?? "";
  return [...text.matchAll(/"([^"]+)"/g)].map((m) => m[1] as string);
};
const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] as string).sort();
const forms = (message: string | object): string[] => (typeof message === "string" ? [message] : Object.values(message));

beforeEach(() => setLanguage("en"));

describe.each(LANGUAGES.map((l) => [l]))("the words in %s", (language: Language) => {
  const tongue = tongues[language];

  it("say every error code: what happened, what is safe, what to do", () => {
    const codes = union("ErrorCode");
    expect(codes.length).toBeGreaterThan(40);
    for (const code of codes) {
      const words = tongue.errors[code as "database"];
      expect(words, code).toBeDefined();
      for (const part of [words.what, words.safe, words.todo]) expect(part.trim(), code).toMatch(/[.!?}]$/);
    }
  });

  it("promise nothing to a book that is not connected: a pairing that fails leaves nothing that waits", () => {
    const said = ["unreachable", "not_trusted", "protocol", "failed", "unknown", "code_wrong", "code_used"] as const;
    for (const code of said) {
      const { what, safe } = tongue.errors[`head_office.${code}`];
      expect(`${what} ${safe}`, code).not.toMatch(/\bwaits?\b|ждёт|ждут|чака/i);
    }
  });

  it("use the parameters that a code brings", () => {
    const rust = readFileSync("../src-tauri/model/src/error.rs", "utf8");
    for (const [, doc, code] of rust.matchAll(/\/\/\/ ([^\n]+)\n\s+\w+ = "([\w.]+)"/g)) {
      const known = [...(doc ?? "").matchAll(/`(\w+)`/g)].map((m) => m[1]);
      const words = tongue.errors[code as "database"];
      for (const hole of holes(words.what + words.safe + words.todo)) expect(known, `${code} has no {${hole}}`).toContain(hole);
    }
  });

  it("say every step, contact, channel, column and place of a match", () => {
    const w = tongue.words;
    for (const [name, list] of [["StepLabel", w.steps], ["ContactKind", w.contactKinds], ["Channel", w.channels], ["ImportColumn", w.columns], ["MatchedIn", w.matchedIn], ["Why", w.why]] as const) {
      const wanted = union(name);
      expect(wanted.length, name).toBeGreaterThan(3);
      expect(Object.keys(list).sort(), name).toEqual([...wanted].sort());
    }
  });

  it("name every field of a card and of the tables behind it", () => {
    const draft = /export type ClientDraft = \{([^}]+)\}/.exec(bindings)?.[1] ?? "";
    const fields = [...draft.matchAll(/^(\w+):/gm)].map((m) => m[1] as string);
    expect(fields.length).toBeGreaterThan(15);
    const sql = readFileSync("../src-tauri/core/migrations/0001_the_book.sql", "utf8");
    const tables = ["clients", "client_names", "phones", "emails", "addresses", "messengers", "contact_persons", "client_tags", "contacts", "settings"];
    const inner = new Set(["n", "id", "display_name", "sort_name", "last_contact_at", "contacts_count"]);
    for (const table of tables) {
      const body = new RegExp(`create table ${table} \\(([\\s\\S]+?)\\n\\)`).exec(sql)?.[1] ?? "";
      fields.push(...[...body.matchAll(/^\s{2}(\w+)\s/gm)].map((m) => m[1] as string).filter((f) => !inner.has(f)));
      expect(tongue.words.entities[table], table).toBeTruthy();
    }
    for (const field of fields) expect(tongue.words.fields[field], field).toBeTruthy();
  });

  it("fill the same gaps as English in every plural form", () => {
    for (const [key, message] of Object.entries(tongue.messages)) {
      const english = holes(forms(tongues.en.messages[key as "do.save"])[0] as string);
      for (const form of forms(message)) {
        expect(form.trim(), key).not.toBe("");
        expect(holes(form), key).toEqual(english);
      }
    }
  });

  it("have the plural forms of the language", () => {
    const wanted = new Intl.PluralRules(tongue.tag).resolvedOptions().pluralCategories.slice().sort();
    for (const [key, message] of Object.entries(tongue.messages)) {
      if (typeof message !== "string") expect(Object.keys(message).sort(), key).toEqual(wanted);
    }
  });
});

it("Bulgarian is not Russian, and the other way round", () => {
  const text = (language: Language) => JSON.stringify([tongues[language].messages, tongues[language].errors, { ...tongues[language].words, languages: {} }]);
  expect(text("bg")).not.toMatch(/[ыэё]/i);
  expect(text("ru")).not.toMatch(/ще се|които|ѝ/);
  expect(text("en")).not.toMatch(/[а-я]/i);
});

it("numbers bend their nouns", () => {
  const said = (language: Language, count: number) => (setLanguage(language), t("status.clients", { count }).replace(/\s/g, " "));
  expect([1, 2].map((n) => said("en", n))).toEqual(["1 client", "2 clients"]);
  expect([1, 3, 5, 11, 21, 3000].map((n) => said("ru", n))).toEqual(["1 клиент", "3 клиента", "5 клиентов", "11 клиентов", "21 клиент", "3 000 клиентов"]);
  expect([1, 2].map((n) => said("bg", n))).toEqual(["1 клиент", "2 клиенти"]);
});

it("a step is a sentence, and a hostile name in it stays a name", () => {
  const step = (label: "imported" | "client_added" | "undo" | "clients_trashed" | "clients_merged", params: Record<string, string>, of: "client_added" | null = null) => stepText({ label, params, of }).replace(/[\u2068\u2069]/g, "");
  expect(step("imported", { count: "3000", file: "contacts.csv" })).toBe("Imported 3,000 clients · contacts.csv");
  expect(step("client_added", { name: "Анна" })).toBe("Added Анна");
  expect(step("client_added", {})).toBe("Client added");
  expect(step("undo", { name: "Анна" }, "client_added")).toBe("Undone: added Анна");
  expect(step("clients_trashed", { name: "Анна", count: "1" })).toBe("Moved Анна to the trash");
  expect(step("clients_merged", { name: "Анна", other_name: "Anna {name}" })).toBe("Merged Anna {name} into Анна");
  expect(step("clients_merged", { name: "Анна" })).toBe("Merged into Анна");
  expect(step("clients_merged", {})).toBe("Clients merged");
  expect(step("client_added", { name: "{count} $& <b>" })).toBe("Added {count} $& <b>");
  expect(step("client_added", { name: "x".repeat(100_000) }).length).toBeLessThan(120);
});

it("a refusal names the field and the measure in the user's words", () => {
  setLanguage("bg");
  expect(fieldName("phones.label")).toBe("Вид");
  const words = refusalText({ code: "text.too_many", params: { field: "phones", max: "100" } });
  expect(`${words.what} ${words.todo}`).toBe("Телефони: твърде много записи. Картонът побира до 100.");
});

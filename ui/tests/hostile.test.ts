import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { T } from "../src/lib/testids";
import { all, one, settle, start, type } from "./start";

const HOSTILE = ["<img src=x onerror=alert(1)>", "{@html name} ${1} {{x}}", "=HYPERLINK(\"http://x\")", "\u202Egnp.exe", "a\u0000b", "' or 1=1 --"];

it.each(HOSTILE.map((name) => [name]))("%j is shown as text, everywhere", async (name) => {
  const fake = await start();
  const client = fake.clients[0];
  if (!client) throw new Error("no client");
  Object.assign(client.draft, { given_name: name, patronymic: "", family_name: "", never: name, notes: name, tags: [name] });
  fake.contacts = [{ id: "h", client_id: client.id, kind: "note", direction: null, channel: null, at: Date.now(), staff: name, text: name }];
  location.hash = `#/clients/${client.id}`;
  await settle();
  for (const id of [T.cardName, T.cardNever, T.cardTag, T.entryText] as const) {
    expect(one(id).textContent).toContain(name);
    expect(one(id).querySelector("bdi")?.getAttribute("dir")).toBe("auto");
  }
  await type(one(T.search), name);
  expect(document.querySelector("img, script, iframe, object")).toBeNull();
});

it("a name of 100 kB is cut, not drawn", async () => {
  const fake = await start();
  const client = fake.clients[0];
  if (client) client.draft.given_name = "Ж".repeat(100_000);
  location.hash = "#/clients/c0";
  await settle();
  expect(one(T.cardName).textContent?.length).toBeLessThan(1000);
  expect(document.body.textContent?.length).toBeLessThan(20_000);
  expect(all(T.card)).toHaveLength(1);
});

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

it("no component runs text as HTML, and none holds words of its own", () => {
  for (const path of files("src").filter((p) => p.endsWith(".svelte"))) {
    const source = readFileSync(path, "utf8");
    expect(source, path).not.toMatch(/\{@html|innerHTML|insertAdjacentHTML/);
    expect(source, path).not.toMatch(/\s(title|aria-label|placeholder|alt)="[^"{]*\p{L}[^"{]*"/u);
    expect(source.split("\n").length, path).toBeLessThanOrEqual(300);
  }
});

it("only the door knows the shell, and features know only the library", () => {
  for (const path of files("src").filter((p) => /\.(ts|svelte)$/.test(p))) {
    const source = readFileSync(path, "utf8");
    if (!path.endsWith("backend.ts")) expect(source, path).not.toMatch(/from "@tauri-apps/);
    const feature = /src\/features\/([\w-]+)\//.exec(path)?.[1];
    if (feature) expect(source, path).not.toMatch(/from "\.\.\//);
  }
});

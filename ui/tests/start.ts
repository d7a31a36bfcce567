// The whole window over the fake, as a test drives it.

import { render } from "@testing-library/svelte";
import { tick } from "svelte";
import App from "../src/App.svelte";
import { setTransport } from "../src/lib/backend";
import { go } from "../src/lib/router.svelte";
import { Fake, type FakeOptions } from "../src/testing/fake";
import type { TestId } from "../src/lib/testids";

export async function start(hash = "#/clients", options: FakeOptions = {}): Promise<Fake> {
  const fake = new Fake({ language: "en", ...options });
  setTransport(fake);
  go(hash);
  render(App);
  await settle();
  return fake;
}

/** Lets promises and effects come to rest. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) {
    await new Promise((r) => setTimeout(r, 0));
    await tick();
  }
}

export function all(id: TestId, within: ParentNode = document): HTMLElement[] {
  return [...within.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`)];
}

export function one(id: TestId, within: ParentNode = document): HTMLElement {
  const found = all(id, within)[0];
  if (!found) throw new Error(`nothing on the screen is called ${id}`);
  return found;
}

export function field(name: string, at = 0): HTMLInputElement {
  const found = document.querySelectorAll<HTMLInputElement>(`[data-field="${name}"]`)[at];
  if (!found) throw new Error(`no field ${name}`);
  return found;
}

export async function type(input: HTMLElement, text: string): Promise<void> {
  (input as HTMLInputElement).value = text;
  input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await settle();
}

export async function press(target: EventTarget, code: string, options: KeyboardEventInit = {}): Promise<void> {
  target.dispatchEvent(new KeyboardEvent("keydown", { code, key: code, bubbles: true, cancelable: true, ...options }));
  await settle();
}

export async function click(target: HTMLElement): Promise<void> {
  target.click();
  await settle();
}

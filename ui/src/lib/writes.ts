// Every write of the window goes through here: what it made untrue is read again, and the toast
// offers to take it back.

import { asRefusal, call } from "./backend";
import type { Commands, Refusal, StepSummary, Written } from "./bindings.gen";
import { isolate, refusalText, stepText, t } from "./i18n/index.svelte";
import { invalidate } from "./query.svelte";
import { dismissAll, toast } from "./toasts.svelte";

/** The commands that write. */
export type WriteName = { [K in keyof Commands]: Commands[K]["result"] extends Written<unknown> ? K : never }[keyof Commands];
type ValueOf<K extends WriteName> = Commands[K]["result"] extends Written<infer T> ? T : never;

/** Writes, tells the queries, shows the toast. Throws the refusal: the screen knows best where to show it. */
export async function write<K extends WriteName>(name: K, args: Commands[K]["args"]): Promise<ValueOf<K>> {
  const written = (await call(name, args)) as Written<ValueOf<K>>;
  invalidate(written.invalidates);
  if (written.step) announce(written.step);
  return written.value;
}

/** Like `write`, for buttons without a place for an error: a refusal becomes a toast, the answer undefined. */
export async function writeOrTell<K extends WriteName>(name: K, args: Commands[K]["args"]): Promise<ValueOf<K> | undefined> {
  try {
    return await write(name, args);
  } catch (error) {
    tell(asRefusal(error));
    return undefined;
  }
}

/** Says a refusal as a toast; a closed dialog is nobody's problem. */
export function tell(refusal: Refusal): void {
  if (refusal.code === "dialog.cancelled" || refusal.code === "import.cancelled") return;
  const words = refusalText(refusal);
  toast({ tone: "problem", title: words.what, detail: `${words.safe} ${words.todo}`.trim() });
}

export function undo(): void {
  void writeOrTell("undo", null);
}

export function redo(): void {
  void writeOrTell("redo", null);
}

const FINAL = new Set(["clients_erased", "trash_emptied"]);

function announce(step: StepSummary): void {
  dismissAll();
  const title = stepText(step);
  if (step.label === "undo") toast({ title, action: { label: t("undo.redo"), run: redo } });
  else if (FINAL.has(step.label)) toast({ title });
  else toast({ title, action: { label: t("undo.undo"), run: () => void writeOrTell("step_undo", { id: step.id }) } });
}

/** Lets the user choose where, and writes a photo or a file of a card there. */
export async function saveAttachment(id: string): Promise<void> {
  try {
    const saved = await call("attachment_save", { id });
    toast({ title: t("attachments.saved"), detail: isolate(saved.path) });
  } catch (error) {
    tell(asRefusal(error));
  }
}

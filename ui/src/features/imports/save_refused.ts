// Refused rows of any import, into a file of the user's choice, each with why in the user's language.

import { asRefusal, call } from "$lib/backend";
import type { RefusedRow } from "$lib/bindings.gen";
import { isolate, refusalText, t } from "$lib/i18n/index.svelte";
import { toast } from "$lib/toasts.svelte";
import { tell } from "$lib/writes";

export async function saveRefused(id: string, refused: RefusedRow[]): Promise<void> {
  const why = (row: RefusedRow): string => {
    const words = refusalText(row.refusal);
    return `${words.what} ${words.todo}`;
  };
  const rows = refused.map((row) => ({ line: row.line, reason: why(row) }));
  try {
    const saved = await call("import_refused_save", { id, heading: t("import.refusedWhy"), rows });
    toast({ title: t("import.refusedSaved"), detail: isolate(saved.path) });
  } catch (error) {
    tell(asRefusal(error));
  }
}

// The import of what happened with clients who are there.

import { call } from "$lib/backend";
import type { HistoryOptions, HistoryPreview, HistoryResult } from "$lib/bindings.gen";
import { write } from "$lib/writes";
import { ImportSession } from "./import_session.svelte";

export const history = new ImportSession<HistoryPreview, HistoryOptions, HistoryResult>({
  choose: () => call("history_import_choose", null),
  again: (id, options) => call("history_import_configure", { id, options }),
  run: (id) => write("history_import_run", { id }),
  parts: () => ["reading", "writing"],
  guess: { encoding: null, delimiter: null, sheet: null, header: { at: "guess" }, columns: null },
});

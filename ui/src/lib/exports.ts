// All clients into a file of the user's choice.

import { asRefusal, call } from "./backend";
import type { ExportResult, ExportFormat } from "./bindings.gen";
import { isolate, t } from "./i18n/index.svelte";
import { toast } from "./toasts.svelte";
import { tell } from "./writes";

export async function exportAll(format: ExportFormat, filter: string | null = null): Promise<ExportResult | undefined> {
  try {
    const result = await call("export_choose", { format, ids: null, filter });
    toast({ title: t("settings.exported", { count: result.clients }), detail: isolate(result.path) });
    return result;
  } catch (error) {
    tell(asRefusal(error));
    return undefined;
  }
}

// All clients into a file of the user's choice.

import { asRefusal, call } from "./backend";
import type { ExportResult, ExportFormat, LeftOut } from "./bindings.gen";
import { isolate, t } from "./i18n/index.svelte";
import { toast } from "./toasts.svelte";
import { tell } from "./writes";

/** What a file is without, in sentences; none where nothing is missing. */
export function leftOutText(leftOut: LeftOut): string[] {
  const said: string[] = [];
  if (leftOut.elsewhere > 0) said.push(t("leftOut.elsewhere", { count: leftOut.elsewhere }));
  if (leftOut.damaged > 0) said.push(`${t("leftOut.damaged", { count: leftOut.damaged })} ${leftOut.named.map((file) => isolate(file.name)).join(", ")}`);
  return said;
}

/** `oncancel` hears that the user stopped it. */
export async function exportAll(format: ExportFormat, filter: string | null = null, oncancel = (): void => {}): Promise<ExportResult | undefined> {
  try {
    const result = await call("export_choose", { format, ids: null, filter });
    toast({ title: t("settings.exported", { count: result.clients }), detail: isolate(result.path) });
    return result;
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal.code === "import.cancelled") oncancel();
    else tell(refusal);
    return undefined;
  }
}

// The import of contact histories under way. It outlives a visit to another screen.

import { asRefusal, call } from "$lib/backend";
import type { HistoryOptions, HistoryPreview, HistoryResult, ImportPart, Refusal } from "$lib/bindings.gen";
import { write, writeOrTell } from "$lib/writes";

type Stage =
  | { at: "start" }
  | { at: "preview"; preview: HistoryPreview }
  | { at: "running"; preview: HistoryPreview; done: number; total: number; part: ImportPart }
  | { at: "done"; preview: HistoryPreview; result: HistoryResult; undone: boolean };

const GUESS: HistoryOptions = { encoding: null, delimiter: null, sheet: null, header: { at: "guess" }, columns: null };

class HistorySession {
  stage = $state.raw<Stage>({ at: "start" });
  refusal = $state.raw<Refusal | undefined>();
  cancelled = $state(false);
  private options: HistoryOptions = GUESS;
  private youngest = 0;

  async choose(): Promise<void> {
    const mine = ++this.youngest;
    this.refusal = undefined;
    try {
      const preview = await call("history_import_choose", null);
      if (mine !== this.youngest) return;
      this.options = GUESS;
      this.cancelled = false;
      this.stage = { at: "preview", preview };
    } catch (error) {
      const refusal = asRefusal(error);
      if (refusal.code !== "dialog.cancelled") this.refusal = refusal;
    }
  }

  /** Reads the file another way; the younger question wins. */
  async configure(patch: Partial<HistoryOptions>): Promise<void> {
    if (this.stage.at !== "preview") return;
    const other: Partial<HistoryOptions> = "columns" in patch ? {} : "sheet" in patch ? { columns: null, header: { at: "guess" } } : { columns: null };
    this.options = { ...this.options, ...other, ...patch };
    const mine = ++this.youngest;
    try {
      const preview = await call("history_import_configure", { id: this.stage.preview.id, options: this.options });
      if (mine !== this.youngest) return;
      this.stage = { at: "preview", preview };
      this.refusal = undefined;
    } catch (error) {
      if (mine === this.youngest) this.refusal = asRefusal(error);
    }
  }

  async run(): Promise<void> {
    if (this.stage.at !== "preview") return;
    const { preview } = this.stage;
    this.refusal = undefined;
    this.cancelled = false;
    this.stage = { at: "running", preview, done: 0, total: 1, part: "reading" };
    try {
      this.stage = { at: "done", preview, result: await write("history_import_run", { id: preview.id }), undone: false };
    } catch (error) {
      const refusal = asRefusal(error);
      this.stage = { at: "preview", preview };
      if (refusal.code === "import.cancelled") this.cancelled = true;
      else this.refusal = refusal;
    }
  }

  /** Stops a running import, or forgets the preview. */
  async cancel(): Promise<void> {
    const { stage } = this;
    if (stage.at !== "preview" && stage.at !== "running") return;
    if (stage.at === "preview") this.forget();
    try {
      await call("import_cancel", { id: stage.preview.id });
    } catch {
      // Nothing is left to cancel.
    }
  }

  async undo(): Promise<void> {
    if (this.stage.at !== "done" || this.stage.result.step === null) return;
    if ((await writeOrTell("step_undo", { id: this.stage.result.step })) !== undefined) this.stage = { ...this.stage, undone: true };
  }

  progress({ id, done, total, part }: { id: string; done: number; total: number; part: ImportPart }): void {
    if (this.stage.at === "running" && id === this.stage.preview.id) this.stage = { ...this.stage, done, total, part };
  }

  forget(): void {
    this.youngest += 1;
    this.stage = { at: "start" };
    this.refusal = undefined;
    this.cancelled = false;
  }
}

export const history = new HistorySession();

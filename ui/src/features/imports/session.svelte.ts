// The import under way. It outlives a visit to another screen.

import { asRefusal, call } from "$lib/backend";
import type { Event, ImportOptions, ImportPart, ImportPreview, ImportResult, ImportRule, ImportRules, Refusal, RefusedRow } from "$lib/bindings.gen";
import { fallsOn } from "$lib/drops";
import { go } from "$lib/router.svelte";
import { tell, write, writeOrTell } from "$lib/writes";
import { history } from "./history.svelte";
import { saveRefused } from "./save_refused";

/** How far it is: what is counted differs from part to part. */
export interface Bar {
  done: number;
  total: number;
  part: ImportPart;
}

type Stage =
  | { at: "start" }
  | ({ at: "reading" } & Bar)
  | { at: "preview"; preview: ImportPreview }
  | ({ at: "running"; preview: ImportPreview } & Bar)
  | { at: "done"; preview: ImportPreview; result: ImportResult; undone: boolean };

export const GUESS: ImportOptions = { encoding: null, delimiter: null, sheet: null, header: { at: "guess" }, columns: null };

/** What takes no longer than this is not worth a bar. */
const BRIEFLY_MS = 400;

const COMPLETE: ImportRules = { rule: "complete", rows: [] };

class Session {
  stage = $state.raw<Stage>({ at: "start" });
  refusal = $state.raw<Refusal | undefined>();
  /** The file that was refused, by name. */
  refusedFile = $state("");
  cancelled = $state(false);
  /** A file hangs over the window. */
  hover = $state(false);
  private options: ImportOptions = GUESS;
  private rules: ImportRules = COMPLETE;
  private youngest = 0;
  /** The large file that is being looked at, by the name under which it can be stopped. */
  private read = "";
  private choosing = false;
  private heardSince = 0;

  show(preview: ImportPreview): void {
    this.forget();
    this.options = GUESS;
    this.rules = COMPLETE;
    this.stage = { at: "preview", preview };
  }

  async choose(): Promise<void> {
    this.choosing = true;
    this.heardSince = 0;
    try {
      this.show(await call("import_choose", null));
    } catch (error) {
      const refusal = asRefusal(error);
      if (this.stage.at === "reading") this.stage = { at: "start" };
      if (refusal.code !== "dialog.cancelled" && refusal.code !== "import.cancelled") this.refuse(refusal, "");
    } finally {
      this.choosing = false;
    }
  }

  /** Reads the file another way; the younger question wins. */
  async configure(patch: Partial<ImportOptions>): Promise<void> {
    if (this.stage.at !== "preview") return;
    // Other cells or other headers: what the columns mean is guessed again.
    const other: Partial<ImportOptions> = "columns" in patch ? {} : "sheet" in patch ? { columns: null, header: { at: "guess" } } : { columns: null };
    this.options = { ...this.options, ...other, ...patch };
    // Another sheet or another division of the lines: a row's rule would fall to somebody else.
    if ("sheet" in patch || "delimiter" in patch) this.rules = { ...this.rules, rows: [] };
    await this.readAgain();
  }

  /** What becomes of all who are there already; rows that were settled one by one follow it, too. */
  async rule(rule: ImportRule): Promise<void> {
    this.rules = { rule, rows: [] };
    await this.readAgain();
  }

  /** What becomes of one row that means somebody who is there already. */
  async ruleOf(line: number, rule: ImportRule): Promise<void> {
    this.rules = { ...this.rules, rows: [...this.rules.rows.filter((row) => row.line !== line), { line, rule }] };
    await this.readAgain();
  }

  private async readAgain(): Promise<void> {
    if (this.stage.at !== "preview") return;
    const mine = ++this.youngest;
    try {
      const preview = await call("import_configure", { id: this.stage.preview.id, options: this.options, rules: this.rules });
      if (mine === this.youngest) {
        this.stage = { at: "preview", preview };
        this.refusal = undefined;
      }
    } catch (error) {
      if (mine === this.youngest) this.refusal = asRefusal(error);
    }
  }

  async run(): Promise<void> {
    if (this.stage.at !== "preview") return;
    const { preview } = this.stage;
    this.refusal = undefined;
    this.cancelled = false;
    this.stage = { at: "running", preview, done: 0, total: 1, part: preview.everything ? "writing" : "reading" };
    try {
      const result = await write("import_run", { id: preview.id });
      this.stage = { at: "done", preview, result, undone: false };
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
    if (stage.at === "start" || stage.at === "done") return;
    if (stage.at === "preview") this.reset();
    try {
      await call("import_cancel", { id: stage.at === "reading" ? this.read : stage.preview.id });
    } catch {
      // Nothing is left to cancel.
    }
  }

  /** Writes the refused rows to a file of the user's choice, each with why in the user's language. */
  async saveRefused(refused: RefusedRow[]): Promise<void> {
    const { stage } = this;
    if (stage.at !== "preview" && stage.at !== "done") return;
    await saveRefused(stage.preview.id, refused);
  }

  async undo(): Promise<void> {
    if (this.stage.at !== "done" || this.stage.result.step === null) return;
    if ((await writeOrTell("step_undo", { id: this.stage.result.step })) !== undefined) this.stage = { ...this.stage, undone: true };
  }

  /** What is chosen next: clients, or what happened with those who are there. */
  what = $state<"clients" | "history">("clients");

  reset(): void {
    this.forget();
    this.stage = { at: "start" };
  }

  hear(event: Event): void {
    if (event.event === "file_hover") this.hover = event.over;
    else if (event.event === "files_dropped") {
      this.hover = false;
      // A card under the pointer takes them; else they are read as lists of clients.
      if (!fallsOn(event)) call("import_dropped", { id: event.id }).catch((error: unknown) => tell(asRefusal(error)));
    } else if (event.event === "import_progress") {
      this.progress(event);
      history.progress(event);
    } else if (event.event === "import_dropped" && this.stage.at !== "running") {
      this.hover = false;
      this.show(event.preview);
      go("#/import");
    } else if (event.event === "import_refused") {
      this.hover = false;
      this.refuse(event.refusal, event.file_name);
      go("#/import");
    }
  }

  private progress({ id, done, total, part }: { id: string } & Bar): void {
    const { stage } = this;
    if (stage.at === "running" && id === stage.preview.id) this.stage = { ...stage, done, total, part };
    // A file that is read so long that it tells of it is a large one: whoever chose it sees that, and may stop it.
    else if (this.choosing && (stage.at === "start" || stage.at === "reading")) {
      this.heardSince ||= Date.now();
      if (Date.now() - this.heardSince < BRIEFLY_MS) return;
      this.read = id;
      this.stage = { at: "reading", done, total, part };
    }
  }

  private refuse(refusal: Refusal, file: string): void {
    this.refusal = refusal;
    this.refusedFile = file;
  }

  private forget(): void {
    this.youngest += 1;
    this.refusal = undefined;
    this.refusedFile = "";
    this.cancelled = false;
    // One import at a time.
    this.what = "clients";
    history.forget();
  }
}

export const session = new Session();

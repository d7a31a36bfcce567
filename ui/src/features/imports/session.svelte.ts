// The import of clients, and what a file that is dropped onto the window opens.

import { asRefusal, call } from "$lib/backend";
import type { Event, ImportOptions, ImportPreview, ImportResult, ImportRule, ImportRules, Refusal } from "$lib/bindings.gen";
import { fallsOn } from "$lib/drops";
import { go } from "$lib/router.svelte";
import { tell, write } from "$lib/writes";
import { history } from "./history.svelte";
import { ImportSession, type TableOptions } from "./import_session.svelte";

const COMPLETE: ImportRules = { rule: "complete", rows: [] };

/** What becomes of those who are there already. */
let rules = COMPLETE;

class Session extends ImportSession<ImportPreview, ImportOptions, ImportResult> {
  /** The file that was refused, by name. */
  refusedFile = $state("");
  /** A file hangs over the window. */
  hover = $state(false);
  /** What is chosen next: clients, or what happened with those who are there. */
  what = $state<"clients" | "history">("clients");

  constructor() {
    super({
      choose: () => call("import_choose", null),
      again: (id, options) => call("import_configure", { id, options, rules }),
      run: (id) => write("import_run", { id }),
      parts: (preview) => (preview.everything ? ["writing"] : ["reading", "comparing", "writing"]),
      guess: { encoding: null, delimiter: null, sheet: null, header: { at: "guess" }, columns: null },
    });
  }

  override async choose(): Promise<void> {
    this.refusedFile = "";
    await super.choose();
  }

  override async configure(patch: Partial<TableOptions>): Promise<void> {
    // Another sheet or another division of the lines: a row's rule would fall to somebody else.
    if ("sheet" in patch || "delimiter" in patch) rules = { ...rules, rows: [] };
    await super.configure(patch);
  }

  /** What becomes of all who are there already; rows that were settled one by one follow it, too. */
  async rule(rule: ImportRule): Promise<void> {
    rules = { rule, rows: [] };
    await this.readAgain();
  }

  /** What becomes of one row that means somebody who is there already. */
  async ruleOf(line: number, rule: ImportRule): Promise<void> {
    rules = { ...rules, rows: [...rules.rows.filter((row) => row.line !== line), { line, rule }] };
    await this.readAgain();
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

  private refuse(refusal: Refusal, file: string): void {
    this.refusal = refusal;
    this.refusedFile = file;
  }

  override forget(): void {
    super.forget();
    this.refusedFile = "";
    rules = COMPLETE;
    // One import at a time.
    this.what = "clients";
    history.forget();
  }
}

export const session = new Session();

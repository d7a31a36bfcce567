// An import under way: of clients, or of what happened with them. It outlives a visit to another screen.

import { asRefusal, call } from "$lib/backend";
import type { ImportHeader, ImportPart, Refusal, RefusedRow } from "$lib/bindings.gen";
import { writeOrTell } from "$lib/writes";
import { saveRefused } from "./save_refused";

/** How far it is: what is counted differs from part to part. */
export interface Bar {
  done: number;
  total: number;
  part: ImportPart;
}

/** How a table is read; `null` and `guess` where the program is to find out. */
export interface TableOptions {
  encoding: string | null;
  delimiter: string | null;
  sheet: number | null;
  header: ImportHeader;
  columns: string[] | null;
}

interface Looked {
  id: string;
  file_name: string;
}

interface Done {
  step: string | null;
}

type Stage<Preview, Result> =
  | { at: "start" }
  | ({ at: "reading" } & Bar)
  | { at: "preview"; preview: Preview }
  | ({ at: "running"; preview: Preview } & Bar)
  | { at: "done"; preview: Preview; result: Result; undone: boolean };

/** What differs from one sort of import to another. */
export interface Commands<Preview, Options, Result> {
  choose: () => Promise<Preview>;
  /** Reads the file another way. */
  again: (id: string, options: Options) => Promise<Preview>;
  run: (id: string) => Promise<Result>;
  /** All that is to be done of it, in its order. */
  parts: (preview: Preview) => ImportPart[];
  guess: Options;
}

/** What takes no longer than this is not worth a bar. */
const BRIEFLY_MS = 400;

export class ImportSession<Preview extends Looked, Options extends TableOptions, Result extends Done> {
  stage = $state.raw<Stage<Preview, Result>>({ at: "start" });
  refusal = $state.raw<Refusal | undefined>();
  cancelled = $state(false);
  /** The file is being read another way: what is shown is not yet what would be imported. */
  asking = $state(false);
  protected options: Options;
  private youngest = 0;
  /** The large file that is being looked at, by the name under which it can be stopped. */
  private read = "";
  private choosing = false;
  private heardSince = 0;

  constructor(private readonly commands: Commands<Preview, Options, Result>) {
    this.options = commands.guess;
  }

  /** All that a run has to do. */
  parts(preview: Preview): ImportPart[] {
    return this.commands.parts(preview);
  }

  show(preview: Preview): void {
    this.forget();
    this.stage = { at: "preview", preview };
  }

  async choose(): Promise<void> {
    this.choosing = true;
    this.heardSince = 0;
    this.refusal = undefined;
    try {
      this.show(await this.commands.choose());
    } catch (error) {
      const refusal = asRefusal(error);
      if (this.stage.at === "reading") this.stage = { at: "start" };
      if (refusal.code !== "dialog.cancelled" && refusal.code !== "import.cancelled") this.refusal = refusal;
    } finally {
      this.choosing = false;
    }
  }

  /** Reads the file another way. */
  async configure(patch: Partial<TableOptions>): Promise<void> {
    if (this.stage.at !== "preview") return;
    // Other cells or other headers: what the columns mean is guessed again.
    const other: Partial<TableOptions> = "columns" in patch ? {} : "sheet" in patch ? { columns: null, header: { at: "guess" } } : { columns: null };
    this.options = { ...this.options, ...other, ...patch };
    await this.readAgain();
  }

  /** The younger question wins. */
  protected async readAgain(): Promise<void> {
    if (this.stage.at !== "preview") return;
    const mine = this.ask();
    this.asking = true;
    try {
      const preview = await this.commands.again(this.stage.preview.id, this.options);
      if (mine !== this.youngest) return;
      this.stage = { at: "preview", preview };
      this.refusal = undefined;
    } catch (error) {
      if (mine === this.youngest) this.refusal = asRefusal(error);
    } finally {
      if (mine === this.youngest) this.asking = false;
    }
  }

  /** The number of a new question: answers to older ones are of no use any more. */
  private ask(): number {
    this.asking = false;
    return ++this.youngest;
  }

  async run(): Promise<void> {
    if (this.stage.at !== "preview" || this.asking) return;
    const { preview } = this.stage;
    this.refusal = undefined;
    this.cancelled = false;
    this.stage = { at: "running", preview, done: 0, total: 1, part: this.parts(preview)[0] ?? "writing" };
    try {
      this.stage = { at: "done", preview, result: await this.commands.run(preview.id), undone: false };
    } catch (error) {
      const refusal = asRefusal(error);
      this.stage = { at: "preview", preview };
      if (refusal.code === "import.cancelled") this.cancelled = true;
      else this.refusal = refusal;
    }
  }

  /** Stops what runs, or forgets the preview. */
  async cancel(): Promise<void> {
    const { stage } = this;
    if (stage.at === "start" || stage.at === "done") return;
    if (stage.at === "preview") this.forget();
    try {
      await call("import_cancel", { id: stage.at === "reading" ? this.read : stage.preview.id });
    } catch {
      // Nothing is left to cancel.
    }
  }

  /** Writes the refused rows to a file of the user's choice, each with why in the user's language. */
  async saveRefused(refused: RefusedRow[]): Promise<void> {
    const { stage } = this;
    // The lines of one reading are not those of another.
    if (this.asking) return;
    if (stage.at === "preview" || stage.at === "done") await saveRefused(stage.preview.id, refused);
  }

  async undo(): Promise<void> {
    if (this.stage.at !== "done" || this.stage.result.step === null) return;
    if ((await writeOrTell("step_undo", { id: this.stage.result.step })) !== undefined) this.stage = { ...this.stage, undone: true };
  }

  progress({ id, done, total, part }: { id: string } & Bar): void {
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

  forget(): void {
    this.ask();
    this.options = this.commands.guess;
    this.refusal = undefined;
    this.cancelled = false;
    this.stage = { at: "start" };
  }
}

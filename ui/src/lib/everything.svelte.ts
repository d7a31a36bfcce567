// The export of everything, as it goes on. It outlives a visit to another screen.

import { call, onEvent } from "./backend";
import type { ExportResult } from "./bindings.gen";
import { exportAll } from "./exports";

class Everything {
  /** How far it is, from the moment at which the user has said where to. */
  running = $state.raw<{ done: number; total: number } | undefined>();
  result = $state.raw<ExportResult | undefined>();
  /** Somebody stopped it, and nothing was written. */
  cancelled = $state(false);
  private asked = false;

  async run(): Promise<void> {
    // One at a time: a second one would end the first.
    if (this.asked) return;
    this.asked = true;
    this.cancelled = false;
    this.result = undefined;
    const stop = onEvent((event) => {
      if (event.event === "export_progress") this.running = { done: event.done, total: event.total };
    });
    this.result = await exportAll("everything", null, () => (this.cancelled = true));
    stop();
    this.running = undefined;
    this.asked = false;
  }

  async cancel(): Promise<void> {
    try {
      await call("export_cancel", null);
    } catch {
      // It is over already: nothing is left to stop.
    }
  }
}

export const everything = new Everything();

// The list of clients as the window holds it: pages by offset, however many clients there are.

import { call } from "$lib/backend";
import type { ClientKind, ClientRow, ClientSort } from "$lib/bindings.gen";

export interface Filter {
  tag: string | null;
  kind: ClientKind | null;
  /** The saved filter that is chosen. */
  filter: string | null;
  sort: ClientSort;
}

export const PAGE = 100;
interface Page {
  rows: ClientRow[];
  turn: number;
}

export class Rows {
  /** Null until the first answer. */
  total = $state<number | null>(null);
  private pages = $state.raw<ReadonlyMap<number, Page>>(new Map());
  private filter: Filter = { tag: null, kind: null, filter: null, sort: "name" };
  private turn = 0;
  private asking = new Set<string>();
  private seen: [number, number] = [0, 0];

  row(index: number): ClientRow | undefined {
    return this.pages.get(Math.floor(index / PAGE))?.rows[index % PAGE];
  }

  /** Another filter or order: everything is asked anew. What stands stays until the answer is here. */
  use(filter: Filter): void {
    this.filter = filter;
    this.seen = [0, 0];
    this.again();
  }

  /** What was read may not be true any more. */
  again(): void {
    this.turn += 1;
    this.want(...this.seen);
  }

  /** Makes sure that the rows between these places are there. */
  want(from: number, to: number): void {
    this.seen = [from, to];
    const last = this.total === null ? 0 : Math.max(0, this.total - 1);
    for (let page = Math.floor(from / PAGE); page <= Math.floor(Math.min(to, last) / PAGE); page++) {
      if (this.pages.get(page)?.turn !== this.turn) void this.ask(page, this.turn);
    }
  }

  private async ask(page: number, turn: number): Promise<void> {
    const key = `${turn}/${page}`;
    if (this.asking.has(key)) return;
    this.asking.add(key);
    try {
      const answer = await call("clients_list", { ...this.filter, offset: page * PAGE, limit: PAGE });
      if (turn !== this.turn) return;
      const kept = new Map(this.pages);
      for (const [at, old] of kept) if (old.turn !== turn && this.isFar(at)) kept.delete(at);
      kept.set(page, { rows: answer.rows, turn });
      this.pages = kept;
      const before = this.total;
      this.total = answer.total;
      if (before !== answer.total) this.want(...this.seen);
    } catch {
      // The status line and the next question tell; a list that flickers an error helps nobody.
      if (this.total === null) this.total = 0;
    } finally {
      this.asking.delete(key);
    }
  }

  private isFar(page: number): boolean {
    return page < Math.floor(this.seen[0] / PAGE) || page > Math.floor(this.seen[1] / PAGE);
  }
}

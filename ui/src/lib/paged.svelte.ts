// A long list that is read part by part: the first part stays true, the older ones are asked for.

import { untrack } from "svelte";
import { asRefusal } from "./backend";
import type { Refusal } from "./bindings.gen";
import { type Interest, query } from "./query.svelte";
import { tell } from "./writes";

/** A part of a list, and where the next one begins. */
interface Part<Row> {
  rows: Row[];
  next: string | null;
}

export interface Paged<P extends Part<unknown>> {
  /** What was read so far. */
  readonly rows: P["rows"];
  /** The first part; undefined before it came. */
  readonly first: P | undefined;
  /** Why the first part was refused. */
  readonly refusal: Refusal | undefined;
  /** Is there more? */
  readonly hasMore: boolean;
  /** Reads the next part. */
  more(): Promise<void>;
}

/**
 * Reads a list as {@link query} does. When `interests` are invalidated, all parts that were read are read again.
 * Call it while a component is being set up.
 */
export function paged<P extends Part<unknown>>(interests: () => Interest[], read: (before: string | null) => Promise<P>): Paged<P> {
  /** What was read when, with what was asked for since. */
  let further = $state.raw<{ since: unknown; rows: unknown[]; next: string | null } | undefined>();

  const all = query(interests, async () => {
    const wanted = untrack(() => rows.length);
    const first = await read(null);
    const known: { first: P; rows: P["rows"]; next: string | null } = { first, rows: [...first.rows], next: first.next };
    while (known.next !== null && known.rows.length < wanted) {
      const part = await read(known.next);
      known.rows.push(...part.rows);
      known.next = part.next;
    }
    return known;
  });
  const shown = $derived(further !== undefined && further.since === all.data ? further : all.data);
  const rows: P["rows"] = $derived(shown?.rows ?? []);

  return {
    get rows() {
      return rows;
    },
    get first() {
      return all.data?.first;
    },
    get refusal() {
      return all.refusal;
    },
    get hasMore() {
      return (shown?.next ?? null) !== null;
    },
    async more() {
      const [since, before] = [all.data, shown];
      if (!before || before.next === null) return;
      try {
        const part = await read(before.next);
        // All of it may have been read again meanwhile.
        if (since === all.data) further = { since, rows: [...before.rows, ...part.rows], next: part.next };
      } catch (error) {
        tell(asRefusal(error));
      }
    },
  };
}

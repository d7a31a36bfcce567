// Reads that stay true: a query asks again when a write (here or from elsewhere) names its topic.

import { untrack } from "svelte";
import { asRefusal } from "./backend";
import type { Invalidation, Refusal, Topic } from "./bindings.gen";

/** What a query depends on: a topic, or one row of it. */
export interface Interest {
  topic: Topic;
  id?: string | undefined;
}

type Listener = (what: Invalidation[]) => void;
const listeners = new Set<Listener>();

/** Tells all queries what is no longer true. */
export function invalidate(what: Invalidation[]): void {
  if (what.length > 0) for (const listener of [...listeners]) listener(what);
}

export function onInvalidated(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function touches(interests: Interest[], what: Invalidation[]): boolean {
  return what.some((w) => interests.some((i) => i.topic === w.topic && (w.id === null || i.id === undefined || i.id === w.id)));
}

export interface Query<T> {
  /** The last answer; the one before stays until the next is here, so nothing flickers. */
  readonly data: T | undefined;
  /** Why the last question was refused. */
  readonly refusal: Refusal | undefined;
  /** True once a first answer (or refusal) came. */
  readonly settled: boolean;
  /** Asks again. */
  again(): void;
}

/**
 * Asks now, whenever a reactive value that `fetcher` reads changes, and whenever `interests` are
 * invalidated. An answer that comes after a younger question is discarded. A fetcher that returns
 * null has nothing to ask. Call it while a component is being set up.
 */
export function query<T>(interests: () => Interest[], fetcher: () => Promise<T> | null): Query<T> {
  let data = $state.raw<T | undefined>();
  let refusal = $state.raw<Refusal | undefined>();
  let settled = $state(false);
  let turn = $state(0);
  let youngest = 0;

  $effect(() => {
    void turn;
    const mine = ++youngest;
    const answer = fetcher();
    if (answer === null) return;
    answer.then(
      (value) => {
        if (mine !== youngest) return;
        data = value;
        refusal = undefined;
        settled = true;
      },
      (error: unknown) => {
        if (mine !== youngest) return;
        refusal = asRefusal(error);
        settled = true;
      },
    );
  });

  $effect(() => {
    const stop = onInvalidated((what) => {
      if (touches(untrack(interests), what)) turn += 1;
    });
    return () => {
      stop();
      youngest += 1;
    };
  });

  return {
    get data() {
      return data;
    },
    get refusal() {
      return refusal;
    },
    get settled() {
      return settled;
    },
    again: () => (turn += 1),
  };
}

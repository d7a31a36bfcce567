// The passing of time, for what says "5 minutes ago": read in a component, it is drawn again as time goes by.

import { createSubscriber } from "svelte/reactivity";

/** Often enough that a minute is never told much too late. */
export const BEAT_MS = 20_000;

const beat = createSubscriber((update) => {
  const timer = setInterval(update, BEAT_MS);
  return () => clearInterval(timer);
});

/** The time now. The clock runs only while somebody looks at it. */
export function now(): number {
  beat();
  return Date.now();
}

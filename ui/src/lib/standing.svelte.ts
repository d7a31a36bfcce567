// What more than one part of the window must know of the open book: the status, and the conflicts that
// wait. Asked once, by the shell; a card that opens has its conflicts at once.

import { refreshApp } from "./app.svelte";
import { call, onEvent } from "./backend";
import type { Conflict, Invalidation, Status } from "./bindings.gen";
import { invalidate, query, type Query } from "./query.svelte";

let status = $state.raw<Query<Status> | null>(null);
let conflicts = $state.raw<Query<Conflict[]> | null>(null);

/** What a contact with head office may have changed by itself; what it wrote is told apart. */
export const OFFICE: Invalidation[] = [
  { topic: "head_office", id: null },
  { topic: "conflicts", id: null },
];

export const standing = {
  /** The status line; undefined before the first answer. */
  get status(): Status | undefined {
    return status?.data;
  },
  /** Is the book paired with head office? */
  get paired(): boolean {
    return (status?.data?.head_office ?? "off") !== "off";
  },
  /** The conflicts that nobody has settled yet. */
  get conflicts(): Query<Conflict[]> | null {
    return conflicts;
  },
  /** Those on the card of one client. */
  conflictsOf(client: string): Conflict[] {
    return (conflicts?.data ?? []).filter((c) => c.client_id === client);
  },
};

/** Asks, and asks again when something changed. Call it while the shell is being set up. */
export function watchStanding(): void {
  status = query(
    () => [{ topic: "clients" }, { topic: "client" }, { topic: "contacts" }, { topic: "history" }, { topic: "settings" }, { topic: "trash" }, { topic: "head_office" }, { topic: "conflicts" }],
    () => call("status", null),
  );
  conflicts = query(() => [{ topic: "conflicts" }], () => call("conflicts_list", null));
  $effect(() =>
    onEvent((event) => {
      if (event.event !== "head_office_changed") return;
      invalidate(OFFICE);
      void refreshApp();
    }),
  );
  const mine = status;
  // The next book's shell may stand already when this one goes.
  $effect(() => () => {
    if (status === mine) status = conflicts = null;
  });
}

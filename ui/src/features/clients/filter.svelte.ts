// The order and the filter of the list; they stay while the window is open.

import type { Filter } from "./rows.svelte";

export const filter = $state<Filter>({ tag: null, kind: null, filter: null, sort: "name" });

// Where the window is, as the part of the address after #: every screen can be reached by setting it.

/** The pages about head office. */
export const OFFICE_PAGES = ["exchange", "conflicts", "refused", "devices", "erasures"] as const;
export type OfficePage = (typeof OFFICE_PAGES)[number];

/** Two clients to compare, and whose card to go back to, where somebody came from one. */
export interface Pair {
  keep: string;
  gone: string;
  from: string | null;
}

export type Route =
  | { screen: "head-office"; page: OfficePage; id: string | null }
  | { screen: "duplicates"; pair: Pair | null }
  | { screen: "clients"; id: string | null; mode: "card" | "edit" | "history" | "new"; text: string }
  | { screen: "import" | "history" | "trash" | "settings" };

const HOME: Route = { screen: "clients", id: null, mode: "card", text: "" };

export function parse(hash: string): { route: Route; keys: boolean } | null {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const [screen = "", id, mode] = path.split("/").map(decode);
  if (screen === "keys") return { route: HOME, keys: true };
  if (screen === "import" || screen === "history" || screen === "trash" || screen === "settings") return { route: { screen }, keys: false };
  if (screen === "head-office") {
    const page = OFFICE_PAGES.find((p) => p === id);
    return { route: page ? { screen, page, id: mode ?? null } : { screen: "settings" }, keys: false };
  }
  if (screen === "duplicates") {
    const pair = id && mode ? { keep: id, gone: mode, from: new URLSearchParams(search).get("from") } : null;
    return { route: { screen, pair }, keys: false };
  }
  if (screen !== "clients") return null;
  if (!id) return { route: HOME, keys: false };
  if (id === "new") {
    const text = new URLSearchParams(search).get("text") ?? "";
    return { route: { screen, id: null, mode: "new", text }, keys: false };
  }
  return { route: { screen, id, mode: mode === "edit" || mode === "history" ? mode : "card", text: "" }, keys: false };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const first = typeof location === "undefined" ? null : parse(location.hash);
let route = $state.raw<Route>(first?.route ?? HOME);
let keys = $state(first?.keys ?? false);

export const router = {
  get route(): Route {
    return route;
  },
  /** Whether the list of keys is open over the screen. */
  get keys(): boolean {
    return keys;
  },
};

/** Goes to a hash such as `#/clients/<id>`; `replace` leaves no step behind for the Back key. */
export function go(hash: string, replace = false): void {
  if (location.hash === hash || replace) {
    if (replace) history.replaceState(null, "", hash);
    take();
  } else location.hash = hash;
}

export const toClient = (id: string, mode?: "edit" | "history"): string => `#/clients/${encodeURIComponent(id)}${mode ? `/${mode}` : ""}`;
export const toNew = (text = ""): string => (text ? `#/clients/new?${new URLSearchParams({ text })}` : "#/clients/new");

export const toOffice = (page: OfficePage, id?: string): string => `#/head-office/${page}${id ? `/${encodeURIComponent(id)}` : ""}`;

/** To two cards side by side, or to the list of all such pairs. */
export function toDuplicates(pair?: Pair): string {
  if (!pair) return "#/duplicates";
  const from = pair.from === null ? "" : `?${new URLSearchParams({ from: pair.from })}`;
  return `#/duplicates/${encodeURIComponent(pair.keep)}/${encodeURIComponent(pair.gone)}${from}`;
}

export function showKeys(open: boolean): void {
  keys = open;
  if (!open && location.hash === "#/keys") go("#/clients");
}

function take(): void {
  const found = parse(location.hash);
  if (!found) return;
  if (found.keys) keys = true;
  else {
    keys = false;
    route = found.route;
  }
}

if (typeof window !== "undefined") window.addEventListener("hashchange", take);

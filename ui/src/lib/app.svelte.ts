// What the window knows about the program as a whole: which book is open, in which language and look.

import { asRefusal, call } from "./backend";
import type { AppState, BranchView, Commands, Invalidation, Preferences, Settings, Topic } from "./bindings.gen";
import { guessLanguage, setLanguage } from "./i18n/index.svelte";
import { invalidate } from "./query.svelte";
import { applyTheme, currentTheme, store } from "./theme.svelte";
import { dismissAll } from "./toasts.svelte";
import { tell } from "./writes";

const LANGUAGE = "clientele.language";
const TOPICS: Topic[] = ["clients", "client", "contacts", "attachments", "history", "trash", "settings", "tags", "head_office", "conflicts"];
export const EVERYTHING: Invalidation[] = TOPICS.map((topic) => ({ topic, id: null }));

let state = $state.raw<AppState | null>(null);

export const app = {
  /** Null until Rust has answered for the first time. */
  get state(): AppState | null {
    return state;
  },
  get settings(): Settings | null {
    return state?.book.state === "open" ? state.book.settings : null;
  },
  /** Whether the open book is the demo book. */
  get demo(): boolean {
    return state?.book.state === "open" && state.book.demo;
  },
  /** Which branch's clients are shown; null without a book. */
  get branches(): BranchView | null {
    return state?.book.state === "open" ? state.book.branches : null;
  },
};

/** Before the first answer: what the last start looked like. */
export function prepare(): void {
  applyTheme(currentTheme());
  const last = store()?.getItem(LANGUAGE);
  setLanguage(last === "en" || last === "ru" || last === "bg" ? last : guessLanguage());
}

export function setApp(next: AppState): void {
  const before = state?.book;
  state = next;
  const language = next.preferences.language ?? next.system_language;
  setLanguage(language);
  store()?.setItem(LANGUAGE, language);
  applyTheme(next.preferences.theme);
  const pathOf = (book: typeof before) => (book?.state === "open" ? book.path : null);
  if (pathOf(before) !== pathOf(next.book)) {
    dismissAll();
    invalidate(EVERYTHING);
  }
}

/** Asks anew how things stand: head office may have named other branches. Failing that, they stay as they were. */
export async function refreshApp(): Promise<void> {
  await call("app_state", null).then(setApp, () => {});
}

/** Shows the clients of one branch, or of all. */
export async function chooseBranch(branch: string | null): Promise<void> {
  if (await book("branch_choose", { branch })) invalidate(EVERYTHING);
}

export function setSettings(settings: Settings): void {
  if (state?.book.state === "open") state = { ...state, book: { ...state.book, settings } };
}

export async function savePreferences(patch: Partial<Preferences>): Promise<void> {
  if (!state) return;
  try {
    const preferences = await call("preferences_save", { ...state.preferences, ...patch });
    setApp({ ...state, preferences });
  } catch (error) {
    tell(asRefusal(error));
  }
}

type BookCommand = { [K in keyof Commands]: Commands[K]["result"] extends AppState ? K : never }[keyof Commands];

/** Opens, closes or changes the book; a refusal becomes a toast. */
export async function book<K extends BookCommand>(name: K, args: Commands[K]["args"]): Promise<boolean> {
  try {
    setApp((await call(name, args)) as AppState);
    return true;
  } catch (error) {
    tell(asRefusal(error));
    return false;
  }
}

// What can be done from anywhere: by key, and by name in the command palette.

import FileDown from "@lucide/svelte/icons/file-down";
import HistoryIcon from "@lucide/svelte/icons/history";
import GitMerge from "@lucide/svelte/icons/git-merge";
import Import from "@lucide/svelte/icons/download";
import Keyboard from "@lucide/svelte/icons/keyboard";
import Languages from "@lucide/svelte/icons/languages";
import LogOut from "@lucide/svelte/icons/log-out";
import Merge from "@lucide/svelte/icons/merge";
import Moon from "@lucide/svelte/icons/moon";
import RefreshCw from "@lucide/svelte/icons/refresh-cw";
import Redo from "@lucide/svelte/icons/redo-2";
import Search from "@lucide/svelte/icons/search";
import Settings from "@lucide/svelte/icons/settings-2";
import Sun from "@lucide/svelte/icons/sun";
import Trash from "@lucide/svelte/icons/trash-2";
import Undo from "@lucide/svelte/icons/undo-2";
import UserPlus from "@lucide/svelte/icons/user-round-plus";
import Users from "@lucide/svelte/icons/users-round";
import type { Action } from "../lib/actions.svelte";
import { book, savePreferences } from "../lib/app.svelte";
import { asRefusal, call } from "../lib/backend";
import { everything } from "../lib/everything.svelte";
import { exportAll } from "../lib/exports";
import { LANGUAGES, locale, t, words } from "../lib/i18n/index.svelte";
import { invalidate } from "../lib/query.svelte";
import { go, showKeys, toDuplicates, toNew, toOffice } from "../lib/router.svelte";
import { OFFICE } from "../lib/standing.svelte";
import { isDark } from "../lib/theme.svelte";
import { redo, tell, undo } from "../lib/writes";

/** How far it is, and what is not in it, stands in the settings. */
function exportEverything(): void {
  go("#/settings");
  void everything.run();
}

export function globalActions(focusSearch: () => void): Action[] {
  return [
    { id: "new", label: () => t("action.newClient"), icon: UserPlus, shortcut: "newClient", run: () => go(toNew()) },
    { id: "import", label: () => t("action.import"), icon: Import, shortcut: "import", run: () => go("#/import") },
    { id: "undo", label: () => t("undo.undo"), icon: Undo, shortcut: "undo", run: undo },
    { id: "redo", label: () => t("undo.redo"), icon: Redo, shortcut: "redo", run: redo },
    { id: "clients", label: () => t("action.clients"), icon: Users, shortcut: "clients", run: () => go("#/clients"), rare: true },
    { id: "history", label: () => t("action.history"), icon: HistoryIcon, shortcut: "history", run: () => go("#/history") },
    { id: "trash", label: () => t("action.trash"), icon: Trash, shortcut: "trash", run: () => go("#/trash") },
    { id: "settings", label: () => t("action.settings"), icon: Settings, shortcut: "settings", run: () => go("#/settings") },
    { id: "duplicates", label: () => t("action.duplicates"), icon: Merge, run: () => go(toDuplicates()) },
    { id: "export-csv", label: () => t("action.exportCsv"), icon: FileDown, run: () => void exportAll("csv"), rare: true },
    { id: "export-vcard", label: () => t("action.exportVcard"), icon: FileDown, run: () => void exportAll("vcard"), rare: true },
    { id: "export-xlsx", label: () => t("action.exportXlsx"), icon: FileDown, run: () => void exportAll("xlsx"), rare: true },
    { id: "export-everything", label: () => t("action.exportEverything"), icon: FileDown, run: exportEverything, rare: true },
    { id: "dark", label: () => t("action.themeDark"), icon: Moon, run: () => void savePreferences({ theme: "dark" }), rare: isDark() },
    { id: "light", label: () => t("action.themeLight"), icon: Sun, run: () => void savePreferences({ theme: "light" }), rare: true },
    ...LANGUAGES.map(
      (language): Action => ({
        id: `language-${language}`,
        label: () => t("action.language", { language: words().languages[language] }),
        icon: Languages,
        run: () => void savePreferences({ language }),
        rare: language === locale.language,
      }),
    ),
    { id: "keys", label: () => t("action.keys"), icon: Keyboard, shortcut: "keys", run: () => showKeys(true) },
    { id: "close", label: () => t("action.closeBook"), icon: LogOut, run: () => void book("book_close", null), rare: true },
    { id: "search", label: () => t("search.label"), icon: Search, shortcut: "search", run: focusSearch, rare: true },
  ];
}

/** What can be done besides while the book is paired with head office. */
export function officeActions(): Action[] {
  const sync = (): void => void call("head_office_sync", null).then(() => invalidate(OFFICE), (error: unknown) => tell(asRefusal(error)));
  return [
    { id: "sync", label: () => t("action.sync"), icon: RefreshCw, run: sync, rare: true },
    { id: "conflicts", label: () => t("action.conflicts"), icon: GitMerge, run: () => go(toOffice("conflicts")), rare: true },
  ];
}

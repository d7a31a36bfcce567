// Duplicates of the fake: pairs that share a phone or a name, merged and taken apart.

import type { ClientDraft, Commands, Contact, Duplicate, MergedClient, MergeProposal, Refusal, StepLabel, StepSummary, Suspect, Why, Written } from "../lib/bindings.gen";
import { copyDraft, displayName } from "../lib/drafts";
import type { Kept } from "./seed";

/** What the fake lends to whoever merges in it. */
export interface Lent {
  clients(): Kept[];
  /** On whose card those stand who were merged. */
  shownOn: Map<string, string>;
  contacts(): Contact[];
  find(id: string): Kept;
  lastContact(id: string): number | null;
  write<V>(value: V, label: StepLabel, params: Record<string, string>, forth: () => void, back: () => void): Written<V>;
  /** Undoes one step. */
  unwrite(id: string): Written<StepSummary>;
  refuse(code: Refusal["code"], params?: Record<string, string>): never;
}

type Names = "duplicates_list" | "duplicates_like" | "duplicate_dismiss" | "merge_propose" | "clients_merge" | "client_unmerge" | "client_merged";
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["result"] };

const LATIN: Record<string, string> = { а: "a", б: "b", в: "v", г: "g", д: "d", е: "e", ж: "zh", з: "z", и: "i", й: "y", к: "k", л: "l", м: "m", н: "n", о: "o", п: "p", р: "r", с: "s", т: "t", у: "u", ф: "f", х: "h", ц: "ts", ч: "ch", ш: "sh", щ: "sht", ъ: "a", ь: "", ю: "yu", я: "ya" };
const LISTS = ["other_names", "phones", "emails", "addresses", "messengers", "contact_persons", "tags"] as const;
const LONG = ["notes", "expects", "never"] as const;

const sound = (text: string): string => [...text.toLowerCase()].map((c) => LATIN[c] ?? c).join("");
const called = (d: ClientDraft): string => sound([d.given_name, d.family_name, d.kind === "company" ? d.company_name : ""].filter(Boolean).join(" "));

/** Why two cards may be one. */
function why(one: ClientDraft, other: ClientDraft): Why[] {
  const shares = (a: string[], b: string[]): boolean => a.some((x) => x !== "" && b.includes(x));
  const phone = (d: ClientDraft): string[] => d.phones.flatMap((p) => [p.e164, p.typed.replace(/\D/g, "")]);
  const email = (d: ClientDraft): string[] => d.emails.map((e) => e.address.toLowerCase());
  const found: Why[] = [];
  if (one.card_number !== "" && one.card_number === other.card_number) found.push("card_number");
  if (shares(phone(one), phone(other))) found.push("phone");
  if (shares(email(one), email(other))) found.push("email");
  if (called(one).includes(" ") && called(one) === called(other)) found.push("same_name");
  return found;
}

/** What becomes of the first card: what it lacks, and every line of the long texts. */
function together(keep: ClientDraft, gone: ClientDraft): ClientDraft {
  const after = copyDraft(keep);
  for (const field of ["source", "card_number"] as const) after[field] ||= gone[field];
  after.company_name ||= gone.company_name;
  after.birthday ??= gone.birthday;
  after.language ??= gone.language;
  for (const field of LONG) {
    const lines = gone[field].split("\n").filter((line) => line !== "" && !after[field].split("\n").includes(line));
    after[field] = [after[field], ...lines].filter(Boolean).join("\n");
  }
  if (displayName(keep) !== displayName(gone)) after.other_names.push({ id: null, label: "", name: displayName(gone) });
  return after;
}

export function duplicates(book: Lent): Handlers {
  const told = new Set<string>();
  const merges: (MergedClient & { keep: string; kept: Kept })[] = [];
  const pair = (one: string, other: string): string => [one, other].sort().join(" ");
  const suspect = (c: Kept): Suspect => ({ id: c.id, name: displayName(c.draft), phone: c.draft.phones[0]?.typed ?? "", last_contact_at: book.lastContact(c.id), created_at: c.created_at });
  const live = (): Kept[] => book.clients().filter((c) => c.trashed_at === null);
  function two(keep: string, gone: string): [Kept, Kept] {
    if (keep === gone) book.refuse("merge.same");
    return [book.find(keep), book.find(gone)];
  }
  function propose(keep: Kept, gone: Kept): MergeProposal {
    return { keep: keep.draft, gone: gone.draft, after: together(keep.draft, gone.draft) };
  }
  return {
    duplicates_list: ({ limit }) => {
      const all = live();
      const rows: Duplicate[] = [];
      all.forEach((one, at) => {
        for (const other of all.slice(at + 1)) {
          const reasons = why(one.draft, other.draft);
          if (reasons.length > 0 && !told.has(pair(one.id, other.id))) rows.push({ keep: suspect(one), gone: suspect(other), why: reasons });
        }
      });
      rows.sort((a, b) => b.why.length - a.why.length);
      return { total: rows.length, rows: rows.slice(0, limit) };
    },
    duplicates_like: ({ draft, except }) => {
      // What a form says of a number in E.164 is from before it was typed over.
      const typed = { ...draft, phones: draft.phones.map((p) => ({ ...p, e164: p.typed.replace(/\D/g, "").replace(/^0?/, (zero) => (zero ? "+359" : "+")) })) };
      const found = live().flatMap((c) => {
        const reasons = c.id === except ? [] : why(typed, c.draft);
        return reasons.length > 0 ? [{ client: suspect(c), why: reasons }] : [];
      });
      return found.slice(0, 5);
    },
    duplicate_dismiss: ({ keep, gone }) => {
      const [one, other] = two(keep, gone);
      const name = pair(keep, gone);
      return book.write(null, "duplicate_dismissed", { name: displayName(one.draft), other_name: displayName(other.draft) }, () => told.add(name), () => told.delete(name));
    },
    merge_propose: ({ keep, gone }) => propose(...two(keep, gone)),
    clients_merge: ({ keep, gone, edited }) => {
      const [one, other] = two(keep, gone);
      if (one.trashed_at !== null || other.trashed_at !== null) book.refuse("client.in_trash");
      const before = one.draft;
      const own = copyDraft(edited?.after ?? propose(one, other).after);
      for (const list of LISTS) {
        const known = new Set(own[list].map((row) => JSON.stringify(list === "phones" ? (row as { e164: string }).e164 : row)));
        const more = (other.draft[list] as unknown[]).filter((row) => !known.has(JSON.stringify(list === "phones" ? (row as { e164: string }).e164 : row)));
        (own[list] as unknown[]).push(...more);
      }
      const moved = book.contacts().filter((c) => c.client_id === gone);
      const at = book.clients().indexOf(other);
      const merged = { id: gone, name: displayName(other.draft), step: "", at: Date.now(), staff: "Мария", keep, kept: other };
      const forth = (): void => {
        one.draft = own;
        book.clients().splice(book.clients().indexOf(other), 1);
        for (const contact of moved) contact.client_id = keep;
        merges.unshift(merged);
        book.shownOn.set(gone, keep);
      };
      const back = (): void => {
        one.draft = before;
        book.clients().splice(at, 0, other);
        for (const contact of moved) contact.client_id = gone;
        merges.splice(merges.indexOf(merged), 1);
        book.shownOn.delete(gone);
      };
      const written = book.write(keep, "clients_merged", { name: displayName(own), other_name: displayName(other.draft) }, forth, back);
      merged.step = written.step?.id ?? "";
      return written;
    },
    client_unmerge: ({ id }) => book.unwrite(id),
    client_merged: ({ id }) => merges.filter((m) => m.keep === id).map(({ keep: _, kept: __, ...row }) => row),
  };
}

// Rust as far as the window can tell, in memory: for the tests and for a plain browser during
// development. Never part of the program that is built.

import type { Transport } from "../lib/backend";
import type {
  AppState, Attachment, Branch, ClientRow, Commands, Contact, Event, ExportFormat, ExportResult, FieldHistoryEntry, HistoryEntry, Invalidation, LeftOut, Refusal, SearchHit, Settings, StepLabel, StepSummary, Written,
} from "../lib/bindings.gen";
import { copyDraft, displayName } from "../lib/drafts";
import { attachments, PICTURE } from "./fake_attachments";
import { duplicates } from "./fake_duplicates";
import { csvPreview, LEFT_OUT, NOTHING_LEFT_OUT, visitsPreview } from "./fake_import";
import { links } from "./fake_links";
import { BRANCHES, CODE, FakeOffice, type OfficeScene } from "./fake_office";
import { FakeOwner } from "./fake_own";
import { seedClients, seedContacts, seedTwins, type Kept } from "./seed";

type Handlers = { [K in keyof Commands]: (args: Commands[K]["args"]) => Commands[K]["result"] | Promise<Commands[K]["result"]> };
interface Step { entry: HistoryEntry; back: () => void; forth: () => void; changes: FieldHistoryEntry[] }

export interface FakeOptions {
  book?: "none" | "locked" | "open";
  demo?: boolean;
  clients?: number;
  language?: "en" | "ru" | "bg";
  theme?: "system" | "light" | "dark";
  now?: number;
  office?: OfficeScene;
  /** Two who are in the book twice. */
  twins?: boolean;
}

const refuse = (code: Refusal["code"], params?: Record<string, string>): never => {
  throw { code, ...(params ? { params } : {}) } as Refusal;
};
const KEY = "K7QM-2XWD-9FTA-HN4R-C8PV-5JYE-B3GS-Z6UL";
const ALL: Invalidation[] = (["clients", "client", "contacts", "attachments", "history", "trash", "tags", "settings", "head_office", "conflicts", "duplicates", "custom_fields", "filters"] as const).map((topic) => ({ topic, id: null }));

export class Fake implements Transport {
  readonly asked: { command: string; args: unknown }[] = [];
  /** Commands that a test wants refused, and why. */
  private exported(format: ExportFormat): ExportResult {
    const name = format === "everything" ? "everything.json" : `clients.${format === "vcard" ? "vcf" : format}`;
    return { path: `/home/anna/${name}`, clients: this.live().length, digest: null, left_out: format === "everything" ? LEFT_OUT : NOTHING_LEFT_OUT };
  }

  readonly refusing = new Map<string, Refusal>();
  /** Contents that what is handed out is without. */
  leftOut: LeftOut = NOTHING_LEFT_OUT;
  private handlers = new Set<(event: Event) => void>();
  readonly now: number;
  readonly clients: Kept[];
  contacts: Contact[];
  readonly steps: Step[] = [];
  /** On whose card those stand who were merged. */
  private readonly shownOn = new Map<string, string>();
  /** Photos and files, of all clients. */
  readonly attachments: { rows: Attachment[] } = { rows: [] };
  private undone: Step[] = [];
  readonly office: FakeOffice;
  readonly owner = new FakeOwner({ live: () => this.live(), lastContact: (id) => this.lastContact(id), now: Date.now(), refuse: (...why) => refuse(...why), write: (...what) => this.write(...what) });
  app: AppState;
  private next = 1;
  private cancelled = false;

  constructor(options: FakeOptions = {}) {
    this.now = options.now ?? Date.now();
    this.clients = seedClients(options.clients ?? 40, this.now);
    if (options.twins) this.clients.push(...seedTwins(this.clients, this.now));
    this.contacts = seedContacts(this.clients, this.now);
    this.office = new FakeOffice(this.now, options.office ?? "off");
    const settings: Settings = { business_name: "Салон „Анна“", country: "BG", currency: "EUR", language: options.language ?? "en" };
    const open = { state: "open" as const, path: "/home/anna/Clientele/salon.clientele", demo: options.demo ?? false, settings, branches: this.office.branches };
    const locked = { state: "locked" as const, path: open.path, refusal: { code: "keyring.no_key" } as Refusal };
    const kind = options.book ?? "open";
    this.app = {
      version: "0.1.0", platform: "linux", system_language: options.language ?? "en", preferences: { language: options.language ?? null, theme: options.theme ?? "system" },
      book: kind === "open" ? open : kind === "locked" ? locked : { state: "none" },
    };
    this.opened = { ...this.app, book: open };
  }
  private readonly opened: AppState;

  listen(handler: (event: Event) => void): Promise<() => void> {
    this.handlers.add(handler);
    return Promise.resolve(() => this.handlers.delete(handler));
  }
  emit(event: Event): void {
    for (const handler of this.handlers) handler(event);
  }
  picture(): string {
    return PICTURE;
  }
  async call(command: string, args: unknown): Promise<unknown> {
    this.asked.push({ command, args });
    const handler = this.commands[command as keyof Commands] as ((args: unknown) => unknown) | undefined;
    if (!handler) return refuse("request.bad", { detail: command });
    const refusal = this.refusing.get(command);
    if (refusal) refuse(refusal.code, refusal.params as Record<string, string>);
    return JSON.parse(JSON.stringify((await handler(args)) ?? null)) as unknown;
  }

  private find(id: string): Kept {
    return this.clients.find((c) => c.id === (this.shownOn.get(id) ?? id)) ?? refuse("not_found", { id });
  }
  private lastContact(id: string): number | null {
    const times = this.contacts.filter((c) => c.client_id === id).map((c) => c.at);
    return times.length > 0 ? Math.max(...times) : null;
  }
  private row(c: Kept): ClientRow {
    return { id: c.id, name: displayName(c.draft), kind: c.draft.kind, phone: c.draft.phones[0]?.typed ?? "", has_never: c.draft.never !== "", tags: c.draft.tags, last_contact_at: this.lastContact(c.id), branch: this.branchOf(c)?.name ?? null, photo: c.photo ?? null };
  }
  private write<V>(value: V, label: StepLabel, params: Record<string, string>, forth: () => void, back: () => void, changes: Partial<FieldHistoryEntry>[] = []): Written<V> {
    forth();
    const id = `s${this.next++}`;
    const step: StepSummary = { id, label, params, of: null };
    const entry: HistoryEntry = { step, at: Date.now(), staff: "Мария", device: "reception", changes: Math.max(1, changes.length), undone: false, can_undo: true };
    const full = changes.map((c): FieldHistoryEntry => ({ step: id, label, at: entry.at, staff: entry.staff, device: entry.device, entity: "client", row: "", field: "", kind: "set", called: null, was: null, is: null, ...c }));
    this.steps.unshift({ entry, back, forth, changes: full });
    this.undone = [];
    return { value, step, invalidates: ALL };
  }
  private turn(step: Step, label: "undo" | "redo"): Written<StepSummary> {
    (label === "undo" ? step.back : step.forth)();
    step.entry = { ...step.entry, undone: label === "undo", can_undo: label === "redo" };
    const summary: StepSummary = { id: `s${this.next++}`, label, params: step.entry.step.params, of: step.entry.step.label };
    this.steps.unshift({ entry: { ...step.entry, step: summary, at: Date.now(), undone: false, can_undo: false }, back: () => {}, forth: () => {}, changes: step.changes });
    return { value: summary, step: summary, invalidates: ALL };
  }
  private unwrite(id: string): Written<StepSummary> {
    const step = this.steps.find((s) => s.entry.step.id === id && s.entry.can_undo) ?? refuse("undo.not_possible");
    this.undone.unshift(step);
    return this.turn(step, "undo");
  }
  private openBook(): AppState {
    return (this.app = { ...this.opened, preferences: this.app.preferences });
  }
  private changesOf(before: object, after: object, row: string): Partial<FieldHistoryEntry>[] {
    const text = (v: unknown) => (v === null || v === "" || (Array.isArray(v) && v.length === 0) ? null : typeof v === "string" ? v : JSON.stringify(v));
    return Object.keys(after).flatMap((field) => {
      const was = text((before as Record<string, unknown>)[field]);
      const is = text((after as Record<string, unknown>)[field]);
      return was === is ? [] : [{ row, field, was, is, kind: was === null ? ("add" as const) : ("set" as const) }];
    });
  }
  private mark(ids: string[], label: StepLabel, at: number | null): Written<number> {
    const chosen = ids.map((id) => this.find(id));
    const set = (value: number | null) => () => chosen.forEach((c) => (c.trashed_at = value));
    return this.write(ids.length, label, { count: String(ids.length), name: displayName((chosen[0] ?? this.find("")).draft) }, set(at), set(at === null ? this.now : null));
  }
  private live(): Kept[] {
    return this.clients.filter((c) => c.trashed_at === null);
  }
  private branchOf(c: Kept): Branch | null {
    return this.office.branches.can_choose ? (BRANCHES[Number(/\d+/.exec(c.id)?.[0] ?? 0) % BRANCHES.length] ?? null) : null;
  }
  /** How things stand, with what head office made of the branches. */
  private here(): AppState {
    if (this.app.book.state === "open") this.app = { ...this.app, book: { ...this.app.book, branches: this.office.branches } };
    return this.app;
  }

  readonly commands: Handlers = {
    app_state: () => this.here(),
    preferences_save: (p) => (this.app = { ...this.app, preferences: p }).preferences,
    book_create: () => ({ recovery_key: KEY, keyring_problem: null, app: this.openBook() }),
    book_demo: () => this.openBook(),
    book_choose: () => refuse("dialog.cancelled"),
    book_unlock: ({ recovery_key }) => (/^K7QM/i.test(recovery_key) ? { keyring_problem: null, app: this.openBook() } : refuse("recovery_key.mistyped")),
    book_retry: () => this.app,
    book_close: () => (this.app = { ...this.app, book: { state: "none" } }),
    book_check: () => ({ ok: true, problems: [], clients: this.live().length, contacts: this.contacts.length, changes: 4210, steps: this.steps.length, digest: "00" }),
    settings_save: (next) => {
      if (next.business_name.trim() === "") refuse("business.name_empty");
      const before = this.opened.book.state === "open" ? this.opened.book.settings : next;
      const set = (s: Settings) => () => void (this.opened.book.state === "open" && (this.opened.book.settings = s));
      return this.write(next, "settings_changed", {}, set(next), set(before), this.changesOf(before, next, "settings"));
    },
    status: () => ({ clients: this.live().length, saved_at: this.now, ...this.office.line }),
    clients_list: ({ tag, kind, filter, sort, offset, limit }) => {
      const asked = filter === null ? null : new Set(this.owner.found(this.owner.filters.find((f) => f.id === filter)?.conditions ?? null));
      const { chosen } = this.office.branches;
      const rows = this.live().filter((c) => (chosen === null || this.branchOf(c)?.id === chosen.id) && (tag === null || c.draft.tags.includes(tag)) && (kind === null || c.draft.kind === kind) && (asked === null || asked.has(c)));
      const by = { name: (c: Kept) => displayName(c.draft).toLowerCase(), recent: (c: Kept) => -(this.lastContact(c.id) ?? 0), created: (c: Kept) => -c.created_at }[sort];
      const sorted = rows.map((c) => [by(c), c] as const).sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
      return { total: rows.length, rows: sorted.slice(offset, offset + limit).map(([, c]) => this.row(c)) };
    },
    client_get: ({ id: asked }) => {
      const c = this.find(asked);
      const { id } = c;
      const phones = c.draft.phones.map((p) => ({ ...p, display: p.e164 ? p.e164.replace(/^(\+359)(\d{3})(\d{3})(\d{3})$/, "$1 $2 $3 $4") : p.typed }));
      const count = this.contacts.filter((x) => x.client_id === id).length;
      return { id, name: displayName(c.draft), ...links(c, this.clients), phones, created_at: c.created_at, changed_at: c.changed_at, trashed_at: c.trashed_at, contacts: count, last_contact_at: this.lastContact(id), photo: c.photo ?? null };
    },
    client_save: ({ id, after }) => {
      if (displayName(after) === "") refuse("client.empty");
      for (const e of after.emails) if (!e.address.includes("@")) refuse("email.invalid", { value: e.address });
      const draft = copyDraft(after);
      if (id === null) {
        const kept: Kept = { id: `n${this.next++}`, draft, created_at: Date.now(), changed_at: Date.now(), trashed_at: null };
        return this.write(kept.id, "client_added", { name: displayName(draft) }, () => this.clients.unshift(kept), () => this.clients.splice(this.clients.indexOf(kept), 1), this.changesOf({}, draft, kept.id));
      }
      const kept = this.find(id);
      const before = kept.draft;
      const shown = links(kept, this.clients).draft;
      if (JSON.stringify(shown) === JSON.stringify(draft)) return { value: id, step: null, invalidates: [] };
      return this.write(id, "client_changed", { name: displayName(draft) }, () => (kept.draft = draft), () => (kept.draft = before), this.changesOf(shown, draft, id));
    },
    clients_trash: ({ ids }) => this.mark(ids, "clients_trashed", this.now),
    clients_restore: ({ ids }) => this.mark(ids, "clients_restored", null),
    clients_erase: ({ ids }) => {
      for (const id of ids) this.clients.splice(this.clients.indexOf(this.find(id)), 1);
      return this.write(ids.length, "clients_erased", { count: String(ids.length) }, () => {}, () => {});
    },
    client_history: ({ id }) => this.steps.flatMap((s) => s.changes).filter((c) => c.row === id || id === "c0"),
    tags_list: () => {
      const counts = new Map<string, number>();
      for (const c of this.live()) for (const tag of c.draft.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
      return [...counts].map(([tag, count]) => ({ tag, count })).sort((a, b) => b.count - a.count);
    },
    sources_list: () => [...new Set(this.clients.map((c) => c.draft.source).filter((s) => s !== ""))],
    contacts_list: ({ client_id, before, limit }) => {
      const all = this.contacts.filter((c) => c.client_id === client_id).sort((a, b) => b.at - a.at);
      const from = before === null ? 0 : all.findIndex((c) => c.id === before) + 1;
      const rows = all.slice(from, from + limit);
      return { total: all.length, rows, next: from + limit < all.length ? (rows[rows.length - 1]?.id ?? null) : null };
    },
    contact_save: ({ id, client_id, draft }) => {
      const name = displayName(this.find(client_id).draft);
      const before = this.contacts;
      const made: Contact = { ...draft, id: id ?? `t${this.next++}`, client_id, staff: "Мария" };
      const after = [made, ...before.filter((c) => c.id !== id)];
      return this.write(made.id, id ? "contact_changed" : "contact_added", { name }, () => (this.contacts = after), () => (this.contacts = before));
    },
    contact_trash: ({ id }) => {
      const before = this.contacts;
      return this.write(id, "contact_trashed", {}, () => (this.contacts = before.filter((c) => c.id !== id)), () => (this.contacts = before));
    },
    contact_restore: ({ id }) => ({ value: id, step: null, invalidates: ALL }),
    search: ({ query, limit }) => {
      const words = query.toLowerCase().split(/\s+/).filter(Boolean);
      const digits = query.replace(/\D/g, "");
      const hits: SearchHit[] = [];
      for (const c of this.live()) {
        const name = displayName(c.draft);
        const phone = c.draft.phones.find((p) => digits.length > 1 && p.typed.replace(/\D/g, "").includes(digits));
        const base = { id: c.id, name, kind: c.draft.kind, phone: (phone ?? c.draft.phones[0])?.typed ?? "", has_never: c.draft.never !== "", photo: c.photo ?? null };
        if (words.every((w) => name.toLowerCase().includes(w))) hits.push({ ...base, matched_in: "name", excerpt: name });
        else if (phone) hits.push({ ...base, matched_in: "phone", excerpt: phone.typed });
        else if (words.every((w) => c.draft.notes.toLowerCase().includes(w))) hits.push({ ...base, matched_in: "note", excerpt: c.draft.notes });
      }
      return hits.slice(0, limit);
    },
    ...attachments({ find: (id) => this.find(id), refuse, write: (...what) => this.write(...what), kept: this.attachments, number: () => this.next++ }),
    import_dropped: () => null,
    undo: () => {
      const step = this.steps.find((s) => s.entry.can_undo) ?? refuse("undo.nothing");
      this.undone.unshift(step);
      return this.turn(step, "undo");
    },
    redo: () => this.turn(this.undone.shift() ?? refuse("redo.nothing"), "redo"),
    undo_state: () => ({ undo: this.steps.find((s) => s.entry.can_undo)?.entry.step ?? null, redo: this.undone[0]?.entry.step ?? null }),
    history_list: ({ before, limit }) => {
      const from = before === null ? 0 : this.steps.findIndex((s) => s.entry.step.id === before) + 1;
      const rows = this.steps.slice(from, from + limit).map((s) => s.entry);
      return { rows, next: from + limit < this.steps.length ? (rows[rows.length - 1]?.step.id ?? null) : null };
    },
    step_get: ({ id }) => {
      const step = this.steps.find((s) => s.entry.step.id === id) ?? refuse("not_found", { id });
      return { entry: step.entry, changes: step.changes, left_out: 0 };
    },
    step_undo: ({ id }) => this.unwrite(id),
    trash_list: () => this.clients.filter((c) => c.trashed_at !== null).map((c) => ({ kind: "client" as const, id: c.id, client_id: c.id, title: displayName(c.draft), trashed_at: c.trashed_at ?? 0, days_left: 30 })),
    import_choose: () => csvPreview(null),
    import_configure: ({ options }) => csvPreview(options),
    import_refused_save: ({ rows }) => ({ path: "/home/anna/clients_2026.csv", rows: rows.length }),
    import_run: async ({ id }) => {
      this.cancelled = false;
      for (let done = 0; done < 3000; done += 250) {
        this.emit({ event: "import_progress", id, done, total: 3000, part: "writing" });
        await new Promise((r) => setTimeout(r, 60));
        if (this.cancelled) refuse("import.cancelled");
      }
      const fresh = seedClients(12, this.now).map((c) => ({ ...c, id: `i${this.next++}` }));
      const result = { created: 2981, matched: 18, skipped: 0, refused: csvPreview(null).refused, refused_total: 1, lost: csvPreview(null).lost };
      const written = this.write({ ...result, step: null as string | null }, "imported", { count: "2999", file: "contacts.csv" }, () => this.clients.push(...fresh), () => this.clients.splice(this.clients.length - fresh.length));
      written.value.step = written.step?.id ?? null;
      return written;
    },
    history_import_choose: () => visitsPreview(null),
    history_import_configure: ({ options }) => visitsPreview(options),
    history_import_run: () => {
      const { clients, there, refused, refused_total } = visitsPreview(null);
      const written = this.write({ added: 211, clients, there, refused, refused_total, step: null as string | null }, "history_imported", { count: "211" }, () => {}, () => {});
      written.value.step = written.step?.id ?? null;
      return written;
    },
    import_cancel: () => {
      this.cancelled = true;
      return null;
    },
    client_access_export: ({ id, kind }) => {
      const path = `/home/anna/${displayName(this.find(id).draft)}`;
      return { path: `${path}.${kind}`, folder: `${path}.files`, files: 2, left_out: this.leftOut };
    },
    export_cancel: () => {
      this.cancelled = true;
      return null;
    },
    export_choose: async ({ format }) => {
      this.cancelled = false;
      for (let done = 0; format === "everything" && done < 3000; done += 250) {
        this.emit({ event: "export_progress", done, total: 3000 });
        await new Promise((r) => setTimeout(r, 20));
        if (this.cancelled) refuse("import.cancelled");
      }
      return this.exported(format);
    },
    head_office: () => this.office.standing,
    head_office_pair: ({ code, device_name }) => {
      if (code !== CODE) refuse(code.startsWith("Z") ? "head_office.code_used" : code.startsWith("X") ? "head_office.not_trusted" : "head_office.code_wrong", { address: "office.example" });
      this.office.pair(device_name);
      return this.office.standing;
    },
    head_office_leave: () => {
      this.office.leave();
      return this.office.standing;
    },
    head_office_sync: () => {
      this.office.state = { ...this.office.state, running: true };
      setTimeout(() => {
        this.office.state = { ...this.office.state, running: false, waiting: 0, problem: null, in_agreement: true, last_reached: Date.now(), last_tried: Date.now() };
        this.emit({ event: "head_office_changed" });
      }, 400);
      return this.office.standing;
    },
    exchange_list: ({ before, limit }) => {
      const from = Number(before ?? 0);
      const rows = this.office.exchange.slice(from, from + limit);
      return { rows, next: from + limit < this.office.exchange.length ? String(from + limit) : null };
    },
    conflicts_list: () => this.office.conflicts,
    conflict_settle: ({ id, keep }) => {
      const before = this.office.conflicts;
      const found = before.find((c) => c.id === id) ?? refuse("not_found", { id });
      const kept = keep === "losing" ? [{ row: found.row, field: found.field, entity: found.entity, was: found.standing.value, is: found.losing.value }] : [];
      return this.write(found.row, "conflict_settled", { name: found.client_name }, () => (this.office.conflicts = before.filter((c) => c.id !== id)), () => (this.office.conflicts = before), kept);
    },
    refused_list: () => this.office.refused,
    refused_discard: ({ id }) => {
      this.office.refused = this.office.refused.filter((r) => r.id !== id);
      return null;
    },
    devices_list: () => this.office.devices,
    device_revoke: ({ id }) => {
      if (this.office.state.paired?.branch !== null) refuse("head_office.not_allowed");
      return (this.office.devices = this.office.devices.map((d) => (d.id === id ? { ...d, revoked_at: Date.now() } : d)));
    },
    erasures_list: ({ before, limit }) => {
      const from = Number(before ?? 0);
      const rows = this.office.erasures.slice(from, from + limit);
      return { rows, next: from + limit < this.office.erasures.length ? String(from + limit) : null };
    },
    branch_choose: ({ branch }) => {
      const chosen = branch === null ? null : (BRANCHES.find((b) => b.id === branch) ?? refuse("not_found", { id: branch }));
      this.office.branches = { ...this.office.branches, chosen };
      return this.here();
    },
    ...this.owner.commands,
    ...duplicates({
      clients: () => this.clients, shownOn: this.shownOn, contacts: () => this.contacts, find: (id) => this.find(id), lastContact: (id) => this.lastContact(id), refuse,
      write: (...what) => this.write(...what), unwrite: (id) => this.unwrite(id),
    }),
  };
}

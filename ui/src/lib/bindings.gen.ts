// The contract between the window and the core. Written by `cargo xtask bindings`; do not edit.

export type Language = "en" | "ru" | "bg";
export type Theme = "system" | "light" | "dark";
export type ErrorCode = string; // becomes a union of all codes in src-tauri/model/src/error.rs
export type Refusal = { code: ErrorCode; params?: Record<string, string> };

// ---- what stands on a card (src-tauri/model/src/client.rs)
export type ClientKind = "person" | "company";
export type Birthday = { year: number | null; month: number; day: number };
export type OtherName = { id: string | null; label: string; name: string };
export type Phone = { id: string | null; label: string; typed: string; e164: string };
export type Email = { id: string | null; label: string; address: string };
export type Address = { id: string | null; label: string; street: string; city: string; region: string; postal_code: string; country: string };
export type Messenger = { id: string | null; service: string; handle: string };
export type ContactPerson = { id: string | null; name: string; role: string; phone: string; email: string; note: string };
export type ClientDraft = {
  kind: ClientKind; given_name: string; patronymic: string; family_name: string; company_name: string;
  other_names: OtherName[]; phones: Phone[]; emails: Email[]; addresses: Address[]; messengers: Messenger[];
  contact_persons: ContactPerson[]; birthday: Birthday | null; language: Language | null; source: string;
  card_number: string; tags: string[]; notes: string; expects: string; never: string;
};

// ---- book, settings, preferences
export type Settings = { business_name: string; country: string; currency: string; language: Language };
export type Preferences = { language: Language | null; theme: Theme };
export type BookState =
  | { state: "none" }
  | { state: "locked"; path: string; refusal: Refusal }          // ask for the recovery key, or say what is wrong
  | { state: "open"; path: string; demo: boolean; settings: Settings };
export type AppState = { version: string; platform: "linux" | "macos" | "windows"; system_language: Language; preferences: Preferences; book: BookState };
export type BookCreate = { business_name: string; country: string; currency: string; language: Language };
export type BookCreated = { recovery_key: string; keyring_problem: Refusal | null; app: AppState };
export type BookUnlock = { recovery_key: string };
export type BookUnlocked = { keyring_problem: Refusal | null; app: AppState };
export type Status = { clients: number; waiting: number; saved_at: number | null; head_office_at: number | null };
export type CheckReport = { ok: boolean; problems: string[]; clients: number; contacts: number; changes: number; steps: number };

// ---- what a write returns
export type Topic = "clients" | "client" | "contacts" | "history" | "trash" | "settings" | "tags";
export type Invalidation = { topic: Topic; id: string | null };   // id null: all of that topic
export type StepLabel = "client_added" | "client_changed" | "clients_trashed" | "clients_restored" | "clients_erased" | "contact_added" | "contact_changed" | "contact_trashed" | "contact_restored" | "imported" | "settings_changed" | "demo_filled" | "trash_emptied" | "undo" | "redo";
export type StepSummary = { id: string; label: StepLabel; params: Record<string, string>; of: StepLabel | null }; // `of`: for undo/redo, what was undone; params: name, count, file
export type Written<T> = { value: T; step: StepSummary | null; invalidates: Invalidation[] }; // step null: nothing had to be written

// ---- clients
export type ClientSort = "name" | "recent" | "created";
export type ClientsList = { tag: string | null; kind: ClientKind | null; sort: ClientSort; offset: number; limit: number };
export type ClientRow = { id: string; name: string; kind: ClientKind; phone: string; has_never: boolean; tags: string[]; last_contact_at: number | null };
export type ClientPage = { total: number; rows: ClientRow[] };
export type PhoneLine = { typed: string; e164: string; display: string; label: string };
export type ClientCard = {
  id: string; name: string; draft: ClientDraft; phones: PhoneLine[]; created_at: number; changed_at: number;
  trashed_at: number | null; contacts: number; last_contact_at: number | null;
};
export type ClientSave = { id: string | null; before: ClientDraft | null; after: ClientDraft }; // before: the draft as it was loaded; only what differs is written
export type FieldHistoryEntry = {
  step: string; label: StepLabel; at: number; staff: string; device: string;
  entity: string; row: string; field: string; kind: "add" | "set" | "inc" | "del" | "erase"; was: string | null; is: string | null;
};
export type TagCount = { tag: string; count: number };

// ---- contact history
export type ContactKind = "call" | "message" | "email" | "walk_in" | "note" | "complaint" | "offer";
export type Direction = "in" | "out";
export type Channel = "phone" | "sms" | "viber" | "whatsapp" | "telegram" | "email" | "web" | "in_person" | "other";
export type ContactDraft = { kind: ContactKind; direction: Direction | null; channel: Channel | null; at: number; text: string };
export type Contact = { id: string; client_id: string; kind: ContactKind; direction: Direction | null; channel: Channel | null; at: number; staff: string; text: string };
export type ContactsList = { client_id: string; before: string | null; limit: number };
export type ContactPage = { total: number; rows: Contact[]; next: string | null };
export type ContactSave = { id: string | null; client_id: string; draft: ContactDraft };

// ---- search
export type MatchedIn = "name" | "phone" | "email" | "company" | "card_number" | "messenger" | "contact_person" | "tag" | "address" | "note" | "contact";
export type SearchHit = { id: string; name: string; kind: ClientKind; phone: string; matched_in: MatchedIn; excerpt: string; has_never: boolean };

// ---- history, undo, trash
export type UndoState = { undo: StepSummary | null; redo: StepSummary | null };
export type HistoryEntry = { step: StepSummary; at: number; staff: string; device: string; changes: number; undone: boolean; can_undo: boolean };
export type HistoryPage = { rows: HistoryEntry[]; next: string | null };
export type StepDetails = { entry: HistoryEntry; changes: FieldHistoryEntry[]; left_out: number };
export type TrashKind = "client" | "contact";
export type TrashRow = { kind: TrashKind; id: string; client_id: string; title: string; trashed_at: number; days_left: number };

// ---- import, export
export type ImportFormat = "csv" | "vcard";
export type ImportColumn = "ignore" | "full_name" | "given_name" | "family_name" | "patronymic" | "company_name" | "other_name" | "phone" | "email" | "street" | "city" | "region" | "postal_code" | "country" | "messenger" | "birthday" | "language" | "source" | "card_number" | "tags" | "notes" | "expects" | "never" | "contact_person";
export type ImportOptions = { encoding: string | null; delimiter: string | null; header_row: number | null; no_header: boolean; columns: ImportColumn[] | null }; // null: guess
export type ImportTable = { encoding: string; delimiter: string; header_row: number | null; headers: string[]; columns: ImportColumn[]; samples: string[][]; rows: number };
export type RefusedRow = { line: number; refusal: Refusal };
export type ImportSample = { line: number; name: string; phone: string; email: string; matches: string | null }; // matches: name of the client already in the book
export type ImportPreview = {
  id: string; file_name: string; format: ImportFormat; size_bytes: number; table: ImportTable | null;
  created: number; matched: number; refused: RefusedRow[]; refused_total: number; samples: ImportSample[];
};
export type ImportResult = { created: number; matched: number; refused: RefusedRow[]; refused_total: number };
export type ExportFormat = "csv" | "vcard";
export type ExportResult = { path: string; clients: number };

// ---- every command, declared once in src-tauri/api
export interface Commands {
  app_state: { args: null; result: AppState };
  preferences_save: { args: Preferences; result: Preferences };
  book_create: { args: BookCreate; result: BookCreated };
  book_demo: { args: { language: Language }; result: AppState };      // makes (first time) and opens the demo book
  book_choose: { args: null; result: AppState };                      // native dialog for another book file
  book_unlock: { args: BookUnlock; result: BookUnlocked };
  book_retry: { args: null; result: AppState };                       // asks the keyring again
  book_close: { args: null; result: AppState };                       // back to the first screen
  book_check: { args: null; result: CheckReport };
  settings_save: { args: Settings; result: Written<Settings> };
  status: { args: null; result: Status };
  clients_list: { args: ClientsList; result: ClientPage };
  client_get: { args: { id: string }; result: ClientCard };
  client_save: { args: ClientSave; result: Written<string> };
  clients_trash: { args: { ids: string[] }; result: Written<number> };
  clients_restore: { args: { ids: string[] }; result: Written<number> };
  clients_erase: { args: { ids: string[] }; result: Written<number> };   // from the trash, for good
  client_history: { args: { id: string }; result: FieldHistoryEntry[] };
  tags_list: { args: null; result: TagCount[] };
  sources_list: { args: null; result: string[] };
  contacts_list: { args: ContactsList; result: ContactPage };
  contact_save: { args: ContactSave; result: Written<string> };
  contact_trash: { args: { id: string }; result: Written<string> };
  contact_restore: { args: { id: string }; result: Written<string> };
  search: { args: { query: string; limit: number }; result: SearchHit[] };
  undo: { args: null; result: Written<StepSummary> };
  redo: { args: null; result: Written<StepSummary> };
  undo_state: { args: null; result: UndoState };
  history_list: { args: { before: string | null; limit: number }; result: HistoryPage };
  step_get: { args: { id: string }; result: StepDetails };
  step_undo: { args: { id: string }; result: Written<StepSummary> };
  trash_list: { args: null; result: TrashRow[] };
  import_choose: { args: null; result: ImportPreview };               // native dialog; dialog.cancelled when closed
  import_configure: { args: { id: string; options: ImportOptions }; result: ImportPreview };
  import_run: { args: { id: string }; result: Written<ImportResult> };
  import_cancel: { args: { id: string }; result: null };              // stops a running import, or forgets a preview
  export_choose: { args: { format: ExportFormat; ids: string[] | null }; result: ExportResult };
}

// ---- what Rust tells the window unasked: Tauri event "clientele"
export type Event =
  | { event: "import_progress"; id: string; done: number; total: number }
  | { event: "import_dropped"; preview: ImportPreview }
  | { event: "import_refused"; file_name: string; refusal: Refusal }
  | { event: "file_hover"; over: boolean }
  | { event: "invalidated"; invalidates: Invalidation[] };

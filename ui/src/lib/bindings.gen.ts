// The contract between the window and the core. Written by `cargo xtask bindings`; do not edit.

export type AccessKind = "json" | "html" | "pdf";

export type AccessResult = { 
/** Where. */
path: string, 
/** The folder beside it with the contents of photos and files; none where there are none. */
folder: string | null, 
/** How many lie there. */
files: number, 
/** Contents of photos and files that are not handed out. */
left_out: LeftOut, };

export type Address = { 
/** The row, where it has one. */
id: RowId | null, 
/** Home, work, ...: in the user's words. */
label: string, 
/** Street, house, flat; may have several lines. */
street: string, 
/** Town. */
city: string, 
/** Region, oblast, state. */
region: string, 
/** Postal code. */
postal_code: string, 
/** Country, as written. */
country: string, };

export type AppState = { 
/** The program's version. */
version: string, 
/** linux, macos or windows. */
platform: "linux" | "macos" | "windows", 
/** The machine's language, as far as we speak it. */
system_language: Language, 
/** What the user chose for this machine. */
preferences: Preferences, 
/** The book. */
book: BookState, };

export type Attachment = { 
/** Which. */
id: AttachmentId, 
/** Whose. */
client_id: ClientId, 
/** Its name, as every disk takes it. */
name: string, 
/** What it is, by its content: `image/jpeg`, `application/pdf`, ... */
media_type: string, 
/** How large. */
size_bytes: number, 
/** When it was added. */
added_at: Timestamp, 
/** Is it the client's photo? */
is_photo: boolean, 
/** Is there a small picture of it? Then the whole one can be shown, and it can be the client's photo. */
is_picture: boolean, 
/** Is its content on this device? */
is_here: boolean, };

export type AttachmentId = string;

export type AttachmentPhoto = { 
/** Which. */
id: AttachmentId, 
/** From now on? */
is_photo: boolean, };

export type AttachmentRef = { 
/** Which. */
id: AttachmentId, };

export type AttachmentSaved = { 
/** Where. */
path: string, };

export type AttachmentsChoose = { 
/** Whose. */
client_id: ClientId, 
/** Is it the client's photo from now on? */
as_photo: boolean, };

export type AttachmentsDropped = { 
/** Which files ([`Event::FilesDropped`](crate::Event::FilesDropped)). */
id: string, 
/** Whose card. */
client_id: ClientId, };

export type AttachmentsPasted = { 
/** Whose card. */
client_id: ClientId, 
/** The pictures and files of the clipboard; none where it holds something else. */
files: Array<PastedFile>, };

export type Birthday = { 
/** The year, where it is known. */
year: number | null, 
/** 1 to 12. */
month: number, 
/** 1 to 31. */
day: number, };

export type BookCreate = { 
/** The name of the business. */
business_name: string, 
/** Its country, ISO 3166-1 alpha-2: how a phone number without a country is read. */
country: string, 
/** Its currency, ISO 4217. */
currency: string, 
/** The language of the book. */
language: Language, };

export type BookCreated = { 
/** The recovery key, this one time. To be printed and kept away from the machine. */
recovery_key: string, 
/** Why the machine does not keep the key; then the recovery key is asked at each start. */
keyring_problem: Refusal | null, 
/** How things stand now. */
app: AppState, };

export type BookDemo = { 
/** Its language. */
language: Language, };

export type BookState = { "state": "none" } | { "state": "locked", 
/** Where it lies. */
path: string, 
/** Why. */
refusal: Refusal, } | { "state": "open", 
/** Where it lies. */
path: string, 
/** Is it only for trying the program? */
demo: boolean, 
/** What holds for it. */
settings: Settings, 
/** Which branch's clients are shown. */
branches: BranchView, };

export type BookUnlock = { 
/** As typed. */
recovery_key: string, };

export type BookUnlocked = { 
/** Why the machine does not keep the key; then the recovery key is asked at each start. */
keyring_problem: Refusal | null, 
/** How things stand now. */
app: AppState, };

export type Branch = { 
/** Which. */
id: RowId, 
/** Its name. */
name: string, };

export type BranchChoose = { 
/** Which; none for all of them. */
branch: RowId | null, };

export type BranchView = { 
/** May this device look at several? Only one of head office may. */
can_choose: boolean, 
/** The branch that is shown; none for all that this device has. */
chosen: Branch | null, 
/** The branches to choose among, by name. */
branches: Array<Branch>, };

export type Channel = "phone" | "sms" | "viber" | "whatsapp" | "telegram" | "email" | "web" | "in_person" | "other";

export type CheckReport = { 
/** Nothing wrong. */
ok: boolean, 
/** What is wrong, for whoever mends it; at most a hundred. */
problems: Array<string>, 
/** Clients outside the trash. */
clients: number, 
/** Contacts outside the trash. */
contacts: number, 
/** Changes in the log. */
changes: number, 
/** Steps. */
steps: number, 
/** The digest of its rows: two books that show the same have the same one. */
digest: string, };

export type ClientAccessExport = { 
/** Which client. */
id: ClientId, 
/** As what. */
kind: AccessKind, };

export type ClientCard = { 
/** Which client. */
id: ClientId, 
/** The name as shown. */
name: string, 
/** All that can be edited. */
draft: ClientDraft, 
/** The phones, ready to be read. */
phones: Array<PhoneLine>, 
/** When the card was made. */
created_at: Timestamp, 
/** When anything on it changed last. */
changed_at: Timestamp, 
/** Since when it has lain in the trash. */
trashed_at: Timestamp | null, 
/** How many contacts there are. */
contacts: number, 
/** When the last of them was. */
last_contact_at: Timestamp | null, 
/** The client's photo. */
photo: AttachmentId | null, 
/** Those contact persons who are clients of the book, too. */
linked: Array<LinkedPerson>, 
/** Whose contact person this client is. */
person_of: Array<PersonOf>, };

export type ClientDraft = { 
/** Person or company. */
kind: ClientKind, 
/** Given name. */
given_name: string, 
/** Patronymic or middle names. */
patronymic: string, 
/** Family name. */
family_name: string, 
/** The name of the company; for a person, where he or she works. */
company_name: string, 
/** More names. */
other_names: Array<OtherName>, 
/** Phone numbers, the most used first. */
phones: Array<Phone>, 
/** E-mail addresses. */
emails: Array<Email>, 
/** Postal addresses. */
addresses: Array<Address>, 
/** Names in messengers. */
messengers: Array<Messenger>, 
/** People to talk to. */
contact_persons: Array<ContactPerson>, 
/** Day of birth. */
birthday: Birthday | null, 
/** The language the client prefers. */
language: Language | null, 
/** Where the client heard of us. */
source: string, 
/** Number of the customer card. */
card_number: string, 
/** Tags, each once. */
tags: Array<string>, 
/** Notes. */
notes: string, 
/** What the client expects: shown where the client is booked. */
expects: string, 
/** What must never be done (allergies, formulas): shown where the client is booked. */
never: string, 
/** What stands in the owner's own fields; a field in which nothing stands is left out. */
custom: Array<CustomValue>, };

export type ClientId = string;

export type ClientKind = "person" | "company";

export type ClientPage = { 
/** All that the filter lets through. */
total: number, 
/** The rows of this part. */
rows: Array<ClientRow>, };

export type ClientRef = { 
/** Which. */
id: ClientId, };

export type ClientRefs = { 
/** Which. */
ids: Array<ClientId>, };

export type ClientRow = { 
/** Which client. */
id: ClientId, 
/** The name as shown. */
name: string, 
/** Person or company. */
kind: ClientKind, 
/** The first phone number, as read here. */
phone: string, 
/** Is there something that must never be done? */
has_never: boolean, 
/** Tags. */
tags: Array<string>, 
/** When the last contact was. */
last_contact_at: Timestamp | null, 
/** The name of the client's branch, where clients of several are shown. */
branch: string | null, 
/** The client's photo. */
photo: AttachmentId | null, };

export type ClientSave = { 
/** Which client; none for a new one. */
id: ClientId | null, 
/** The card as the form was opened with; only what differs is written. */
before: ClientDraft | null, 
/** The card as it was left. */
after: ClientDraft, };

export type ClientSort = "name" | "recent" | "created";

export type ClientsList = { 
/** Only those with this tag. */
tag: string | null, 
/** Only persons, or only companies. */
kind: ClientKind | null, 
/** Only those whom this saved filter finds. */
filter: RowId | null, 
/** The order. */
sort: ClientSort, 
/** From this place on, the first being 0. */
offset: number, 
/** At most so many rows (1 to 500). */
limit: number, };

export type ClientsMerge = { 
/** The one whose card stays. */
keep: ClientId, 
/** The other. */
gone: ClientId, 
/** The card that stays as it was shown, and as it is to be; without it what is proposed becomes of it. */
edited: MergeEdited | null, };

export type Condition = { "on": "kind", 
/** Which. */
is: ClientKind, } | { "on": "tag", 
/** The tag. */
tag: string, 
/** Does it stand there? */
has: boolean, } | { "on": "source", 
/** The source. */
is: string, } | { "on": "language", 
/** Which. */
is: Language | null, } | { "on": "city", 
/** The town. */
is: string, } | { "on": "birthday_month", 
/** The month. */
month: number, } | { "on": "created", 
/** When. */
when: When, } | { "on": "last_contact", 
/** When. */
when: When, } | { "on": "phone", 
/** Is there one? */
has: boolean, } | { "on": "email", 
/** Is there one? */
has: boolean, } | { "on": "never", 
/** Is there something? */
has: boolean, } | { "on": "custom", 
/** The field. */
field: RowId, 
/** What is asked of it. */
test: CustomTest, };

export type Conditions = { 
/** How they are joined. */
join: Join, 
/** The conditions. */
list: Array<Condition>, };

export type Conflict = { 
/** To speak of it. */
id: string, 
/** What sort. */
kind: ConflictKind, 
/** On whose card; none where the record belongs to no client. */
client_id: ClientId | null, 
/** That client's name as shown. */
client_name: string, 
/** The table. */
entity: string, 
/** The row. */
row: RowId, 
/** The field. */
field: string, 
/** What the owner calls it, where it is one of the owner's own. */
called: string | null, 
/** What stands in the book now. */
standing: ConflictSide, 
/** What does not. */
losing: ConflictSide, };

export type ConflictKind = "field" | "trashed";

export type ConflictSettle = { 
/** Which ([`Conflict::id`]). */
id: string, 
/** What stays. */
keep: Keep, };

export type ConflictSide = { 
/** The value; none for an empty field. */
value: string | null, 
/** When it was written. */
at: Timestamp, 
/** By whom. */
staff: string, 
/** The name of the device on which it was written. */
device: string, };

export type Contact = { 
/** Which. */
id: ContactId, 
/** With whom. */
client_id: ClientId, 
/** What sort. */
kind: ContactKind, 
/** Who began it. */
direction: Direction | null, 
/** By which way. */
channel: Channel | null, 
/** When. */
at: Timestamp, 
/** Who of the staff. */
staff: string, 
/** What was said. */
text: string, };

export type ContactDraft = { 
/** What sort. */
kind: ContactKind, 
/** Who began it, where that means anything. */
direction: Direction | null, 
/** By which way. */
channel: Channel | null, 
/** When. */
at: Timestamp, 
/** What was said. */
text: string, };

export type ContactId = string;

export type ContactKind = "call" | "message" | "email" | "walk_in" | "note" | "complaint" | "offer";

export type ContactPage = { 
/** All of the timeline. */
total: number, 
/** This part. */
rows: Array<Contact>, 
/** Where the next part begins; none at the end. */
next: string | null, };

export type ContactPerson = { 
/** The row, where it has one. */
id: RowId | null, 
/** The name. */
name: string, 
/** Accountant, husband, daughter, ... */
role: string, 
/** A phone number as typed. */
phone: string, 
/** An e-mail address. */
email: string, 
/** Anything else. */
note: string, 
/** The client of the book who this is; then `name` is how that client was called when the two were linked. */
person_id: ClientId | null, };

export type ContactRef = { 
/** Which. */
id: ContactId, };

export type ContactSave = { 
/** Which contact; none for a new one. */
id: ContactId | null, 
/** With whom. */
client_id: ClientId, 
/** What. */
draft: ContactDraft, };

export type ContactsList = { 
/** Whose. */
client_id: ClientId, 
/** Older than the place where the last part ended ([`ContactPage::next`]). */
before: string | null, 
/** At most so many (1 to 500). */
limit: number, };

export type CustomChoice = { 
/** Which; none for a new one. */
id: RowId | null, 
/** Its name. */
name: string, };

export type CustomField = { 
/** Which. */
id: RowId, 
/** Its name. */
name: string, 
/** What it holds. */
kind: CustomKind, 
/** What may be chosen, in its order; empty for any other kind. */
choices: Array<CustomChoice>, 
/** On how many cards outside the trash something stands in it; none where that was not counted. */
cards: number | null, };

export type CustomFieldDraft = { 
/** Its name. */
name: string, 
/** What it holds; of a field that stands, this does not count. */
kind: CustomKind, 
/** What may be chosen, in its order. */
choices: Array<CustomChoice>, };

export type CustomFieldRef = { 
/** Which. */
id: RowId, };

export type CustomFieldRefs = { 
/** Which. */
ids: Array<RowId>, };

export type CustomFieldSave = { 
/** Which; none for a new one. */
id: RowId | null, 
/** The field as the form was opened with; only what differs is written. */
before: CustomFieldDraft | null, 
/** The field as it was left. */
after: CustomFieldDraft, };

export type CustomKind = "text" | "number" | "date" | "choice";

export type CustomTest = { "is": "filled" } | { "is": "empty" } | { "is": "same", 
/** What. */
value: string, } | { "is": "contains", 
/** What. */
value: string, } | { "is": "at_least", 
/** What. */
value: string, } | { "is": "at_most", 
/** What. */
value: string, };

export type CustomValue = { 
/** The field; none where it is known by its name alone, as in a file. */
field: RowId | null, 
/** Its name. */
name: string, 
/** What it holds. */
kind: CustomKind, 
/** The text; a number as `-12.5`; a day as `2026-11-22`; the choice by its name. */
value: string, };

export type DamagedContent = { 
/** The file's name, as every disk takes it. */
name: string, 
/** Whose it is, by name; empty where that is not known. */
client: string, };

export type DeviceId = string;

export type DeviceRef = { 
/** Which. */
id: DeviceId, };

export type DeviceRow = { 
/** Which. */
id: DeviceId, 
/** Its name. */
name: string, 
/** The branch that it serves; none for head office. */
branch: Branch | null, 
/** Is it this one? */
is_this: boolean, 
/** Since when it has been paired. */
paired_at: Timestamp, 
/** When head office heard of it last. */
last_seen: Timestamp | null, 
/** When it was revoked. */
revoked_at: Timestamp | null, };

export type Direction = "in" | "out";

export type DroppedRef = { 
/** Which files. */
id: string, };

export type Duplicate = { 
/** The one whose card would stay: the one in use. */
keep: Suspect, 
/** The other. */
gone: Suspect, 
/** Why, the strongest first. */
why: Array<Why>, };

export type DuplicateList = { 
/** How many pairs were found in all. */
total: number, 
/** The first of them, the likeliest first. */
rows: Array<Duplicate>, };

export type DuplicatesAsk = { 
/** At most so many (1 to 500). */
limit: number, };

export type Email = { 
/** The row, where it has one. */
id: RowId | null, 
/** Private, work, ...: in the user's words. */
label: string, 
/** The address as typed. */
address: string, };

export type ErasurePage = { 
/** The receipts. */
rows: Array<ErasureRow>, 
/** Where the next part begins; none at the end. */
next: string | null, };

export type ErasureRow = { 
/** Which step. */
id: StepId, 
/** To speak of it, and to write it into a letter: the same on every device. */
number: string, 
/** When it was asked for. */
at: Timestamp, 
/** By whom. */
staff: string, 
/** On which device. */
device: string, 
/** Nobody asked for it: the days in the trash were over, or another erasure had left something to do. */
by_itself: boolean, 
/** How many clients were erased, as far as this device may know. */
clients: number, 
/** How many logged contacts were erased, those on the clients' cards among them. */
contacts: number, 
/** How far it has come. */
state: ErasureState, 
/** When head office took it, by its clock; none where it has not said. */
told_at: Timestamp | null, 
/** The names of the devices that have confirmed that nothing of it is left on them. */
confirmed: Array<string>, 
/** The names of those that have not yet. */
waiting_for: Array<string>, 
/** The names of those that were shut out without having confirmed it, as far as this device knows: nobody
 * waits for them, and what they hold nobody knows. */
shut_out: Array<string>, 
/** Has head office taken it out of its own files? */
head_office_done: boolean, 
/** When head office had said that everybody has confirmed. */
confirmed_at: Timestamp | null, };

export type ErasureState = "alone" | "untold" | "waiting" | "confirmed" | "refused";

export type ErasuresAsk = { 
/** Older than where the last part ended ([`ErasurePage::next`]). */
before: string | null, 
/** At most so many (1 to 500). */
limit: number, };

export type ErrorCode = "book.not_open" | "book.not_found" | "book.exists" | "book.in_use" | "book.wrong_key" | "book.too_new" | "book.damaged" | "keyring.unavailable" | "keyring.no_key" | "keyring.forgets" | "recovery_key.mistyped" | "recovery_key.wrong" | "recovery_key.file_missing" | "key_file.invalid" | "disk.full" | "file.failed" | "database" | "write_gate" | "request.bad" | "role.not_allowed" | "not_found" | "client.empty" | "client.in_trash" | "merge.same" | "person.same" | "text.too_long" | "text.too_many" | "email.invalid" | "phone.invalid" | "date.invalid" | "number.invalid" | "choice.unknown" | "name.empty" | "name.taken" | "filter.changed" | "filter.newer" | "country.unknown" | "currency.unknown" | "business.name_empty" | "undo.nothing" | "redo.nothing" | "undo.not_possible" | "import.empty" | "import.too_large" | "import.unknown_format" | "import.no_people" | "import.no_useful_column" | "import.no_history" | "history.no_day" | "history.nobody" | "history.no_client" | "history.two_clients" | "import.row_empty" | "import.row_broken" | "import.sheet_broken" | "import.sheet_locked" | "import.suspicious" | "import.reader_failed" | "import.reader_slow" | "import.cancelled" | "import.one_at_a_time" | "import.gone" | "import.export_broken" | "import.export_newer" | "import.book_not_empty" | "export.onto_book" | "export.not_for_excel" | "dialog.cancelled" | "demo.too_large" | "head_office.off" | "head_office.demo" | "head_office.code_wrong" | "head_office.code_used" | "head_office.code_branch" | "head_office.code_company" | "head_office.code_copy" | "head_office.unreachable" | "head_office.not_trusted" | "head_office.revoked" | "head_office.unknown" | "head_office.not_allowed" | "head_office.protocol" | "head_office.failed" | "change.too_large" | "change.not_yours" | "change.unreadable" | "attachment.too_large" | "attachment.empty" | "attachment.too_many" | "attachment.no_picture" | "attachment.not_here" | "clipboard.nothing" | "attachment.damaged" | "drop.gone" | "usage";

export type Event = { "event": "import_progress", 
/** Which ([`ImportPreview::id`]). */
id: string, 
/** Records done. */
done: number, 
/** Of so many. */
total: number, 
/** At what it is: each part begins anew. */
part: ImportPart, } | { "event": "export_progress", 
/** So much is done. */
done: number, 
/** Of so much. */
total: number, } | { "event": "import_dropped", 
/** What would happen. */
preview: ImportPreview, } | { "event": "import_refused", 
/** Its name. */
file_name: string, 
/** Why. */
refusal: Refusal, } | { "event": "files_dropped", 
/** Which files: for the command that takes them, once. */
id: string, 
/** Their names. */
names: Array<string>, 
/** How far from the left, in the page's own points. */
x: number, 
/** How far from the top. */
y: number, } | { "event": "file_hover", 
/** It hovers. */
over: boolean, } | { "event": "invalidated", 
/** What to read again. */
invalidates: Array<Invalidation>, } | { "event": "head_office_changed" };

export type ExchangeAsk = { 
/** Older than where the last part ended ([`ExchangePage::next`]). */
before: string | null, 
/** At most so many (1 to 500). */
limit: number, };

export type ExchangePage = { 
/** The contacts with head office. */
rows: Array<ExchangeRow>, 
/** Where the next part begins; none at the end. */
next: string | null, };

export type ExchangeRow = { 
/** When it began. */
at: Timestamp, 
/** Changes of other devices that came in. */
came_in: number, 
/** Changes of this device that head office took. */
went_out: number, 
/** Changes of this device that it refused. */
refused: number, 
/** Why it ended early; none where it did not. */
problem: Refusal | null, 
/** How long it took. */
duration_ms: number, };

export type ExportAsk = { 
/** As what. */
format: ExportFormat, 
/** Whom; none for everybody outside the trash. */
ids: Array<ClientId> | null, 
/** Only those whom this saved filter finds. */
filter: RowId | null, };

export type ExportFormat = "csv" | "vcard" | "xlsx" | "everything";

export type ExportResult = { 
/** Where. */
path: string, 
/** How many clients. */
clients: number, 
/** The digest of the rows, where everything was written. */
digest: string | null, 
/** Contents of photos and files that everything is without. */
left_out: LeftOut, };

export type FieldChangeKind = "set" | "add" | "inc" | "del" | "erase";

export type FieldHistoryEntry = { 
/** In which step. */
step: StepId, 
/** What sort of step. */
label: StepLabel, 
/** When. */
at: Timestamp, 
/** By whom. */
staff: string, 
/** On which device. */
device: string, 
/** The table. */
entity: string, 
/** The row. */
row: RowId, 
/** The field. */
field: string, 
/** What the owner calls it, where it is one of the owner's own. */
called: string | null, 
/** add, set, inc, del or erase. */
kind: FieldChangeKind, 
/** What it was; none where there was nothing. */
was: string | null, 
/** What it is from then on. */
is: string | null, };

export type FilterDraft = { 
/** Its name. */
name: string, 
/** Whom it finds. */
conditions: Conditions, };

export type FilterRef = { 
/** Which. */
id: RowId, };

export type FilterRefs = { 
/** Which. */
ids: Array<RowId>, };

export type FilterSave = { 
/** Which; none for a new one. */
id: RowId | null, 
/** The filter as it was left. */
draft: FilterDraft, };

export type FilterTag = { 
/** Which filter. */
id: RowId, 
/** The tag. */
tag: string, 
/** Is it given to them? Else it is taken off them. */
add: boolean, 
/** Who was meant: whom the filter found when somebody was asked. */
confirmed: Whom, };

export type FilterTrash = { 
/** Which filter. */
id: RowId, 
/** Who was meant: whom the filter found when somebody was asked. */
confirmed: Whom, };

export type HeadOffice = { 
/** With whom it is paired; none where the book works alone. */
paired: Pairing | null, 
/** Changes that head office has not had yet. */
waiting: number, 
/** Is a contact under way? */
running: boolean, 
/** When head office was reached last. */
last_reached: Timestamp | null, 
/** When it was tried last, with or without success. */
last_tried: Timestamp | null, 
/** Why the last try failed; none where it succeeded. */
problem: Refusal | null, 
/** Did both books hold the same at the last contact? None before the first one. */
in_agreement: boolean | null, 
/** Conflicts that nobody has settled yet. */
conflicts: number, 
/** Changes that head office refused. */
refused: number, };

export type HeadOfficePair = { 
/** As typed: spaces, dashes and the case of letters do not matter. */
code: string, 
/** What this device is to be called among the others. */
device_name: string, };

export type HistoryAsk = { 
/** Older than where the last part ended. */
before: string | null, 
/** At most so many (1 to 500). */
limit: number, };

export type HistoryColumn = "ignore" | "date" | "time" | "kind" | "text" | "staff" | "phone" | "card_number" | "email" | "name";

export type HistoryConfigure = { 
/** Which import. */
id: string, 
/** The corrections. */
options: HistoryOptions, };

export type HistoryEntry = { 
/** What was done. */
step: StepSummary, 
/** When. */
at: Timestamp, 
/** By whom. */
staff: string, 
/** On which device. */
device: string, 
/** How many changes it holds. */
changes: number, 
/** Was it undone since? */
undone: boolean, 
/** Can it be undone? */
can_undo: boolean, };

export type HistoryOptions = { 
/** The name of the encoding (`windows-1251`), as in the WHATWG standard. */
encoding: string | null, 
/** What stands between two cells: one of `,` `;` tab `|`. */
delimiter: string | null, 
/** Which sheet of a workbook, counted from 0. */
sheet: number | null, 
/** Where the headers stand. */
header: ImportHeader, 
/** What each column means, from the first on. */
columns: Array<HistoryColumn> | null, };

export type HistoryPage = { 
/** The steps. */
rows: Array<HistoryEntry>, 
/** Where the next part begins; none at the end. */
next: string | null, };

export type HistoryPreview = { 
/** To speak of it. */
id: string, 
/** The file's name. */
file_name: string, 
/** What sort of file. */
format: ImportFormat, 
/** Its size. */
size_bytes: number, 
/** How the table is read. */
table: ImportTable, 
/** What each of its columns means. */
columns: Array<HistoryColumn>, 
/** Why no contacts were recognised in it, as it is read now. */
problem: Refusal | null, 
/** Entries that would be written. */
added: number, 
/** On the cards of so many clients. */
clients: number, 
/** Rows whose entry stands there already. */
there: number, 
/** The first entries. */
samples: Array<HistorySample>, 
/** Refused rows; the first of very many. */
refused: Array<RefusedRow>, 
/** How many are refused. */
refused_total: number, };

export type HistoryResult = { 
/** Entries that were written. */
added: number, 
/** On the cards of so many clients. */
clients: number, 
/** Rows whose entry stood there already. */
there: number, 
/** Rows that were refused; the first of very many. */
refused: Array<RefusedRow>, 
/** How many were refused. */
refused_total: number, 
/** The step, to undo all of it. */
step: StepId | null, };

export type HistorySample = { 
/** Its line. */
line: number, 
/** The client on whose card it goes. */
client: string, 
/** When. */
at: Timestamp, 
/** What sort. */
kind: ContactKind, 
/** What was said. */
text: string, };

export type ImportColumn = "ignore" | "full_name" | "given_name" | "family_name" | "patronymic" | "company_name" | "other_name" | "phone" | "phone_label" | "email" | "email_label" | "address" | "address_whole" | "city" | "region" | "postal_code" | "country" | "address_label" | "messenger" | "messenger_service" | "birthday" | "birth_year" | "birth_month" | "birth_day" | "language" | "source" | "card_number" | "tags" | "notes" | "extra" | "expects" | "never" | "custom" | "contact_person_name" | "contact_person_role" | "contact_person_phone" | "contact_person_email";

export type ImportConfigure = { 
/** Which import. */
id: string, 
/** The corrections. */
options: ImportOptions, 
/** What is done with those who are there already. */
rules: ImportRules, };

export type ImportEverything = { 
/** Whose book it was; empty where it does not say. */
business_name: string, 
/** When it was written, as it says: a date of ISO 8601. */
written_at: string, 
/** Entries of contact histories. */
contacts: number, 
/** Rows of every sort. */
rows: number, 
/** The digest of its rows. */
digest: string, 
/** Contents of photos and files that do not come with it. */
left_out: LeftOut, };

export type ImportFormat = "csv" | "vcard" | "xlsx" | "ods" | "everything";

export type ImportHeader = { "at": "guess" } | { "at": "none" } | { "at": "row", "row": number };

export type ImportMatch = { 
/** Its line. */
line: number, 
/** The name in the file. */
name: string, 
/** The first phone in the file. */
phone: string, 
/** The name of the client in the book, or earlier in the file. */
who: string, 
/** The client in the book; none for one who stands earlier in the file. */
client: ClientId | null, 
/** What is done with it. */
rule: ImportRule, };

export type ImportOptions = { 
/** The name of the encoding (`windows-1251`), as in the WHATWG standard. */
encoding: string | null, 
/** What stands between two cells: one of `,` `;` tab `|`. */
delimiter: string | null, 
/** Which sheet of a workbook, counted from 0. */
sheet: number | null, 
/** Where the headers stand. */
header: ImportHeader, 
/** What each column means, from the first on. */
columns: Array<ImportColumn> | null, };

export type ImportPart = "reading" | "comparing" | "writing";

export type ImportPreview = { 
/** To speak of it. */
id: string, 
/** The file's name. */
file_name: string, 
/** What sort of file. */
format: ImportFormat, 
/** The program that wrote it, where that is known. */
source: ImportSource | null, 
/** Its size. */
size_bytes: number, 
/** What an export of everything holds. */
everything: ImportEverything | null, 
/** How a table is read. */
table: ImportTable | null, 
/** Which of its columns may hold one of the owner's own fields: one that there is, or that this one may make. */
own_columns: Array<boolean>, 
/** Why nobody was recognised in the table, as it is read now. */
problem: Refusal | null, 
/** Clients that would come to be. */
created: number, 
/** Records that belong to somebody who is there already. */
matched: number, 
/** The columns mean what the user said of such a file before. */
remembered: boolean, 
/** Records that are left out by the rule for those who are there already. */
skipped: number, 
/** The rule for the whole file. */
rule: ImportRule, 
/** The first records that mean somebody who is there already. */
matches: Array<ImportMatch>, 
/** How many do. */
matches_total: number, 
/** Refused records; the first of very many. */
refused: Array<RefusedRow>, 
/** How many are refused. */
refused_total: number, 
/** Values that are not taken, because the card of whom they are about has another. */
lost: LostValues, 
/** The first records. */
samples: Array<ImportSample>, };

export type ImportRef = { 
/** Which ([`ImportPreview::id`]). */
id: string, };

export type ImportRefused = { 
/** Which import. */
id: string, 
/** The heading of the column that says why, in the user's words. */
heading: string, 
/** The rows. */
rows: Array<ImportRefusedRow>, };

export type ImportRefusedRow = { 
/** Its line. */
line: number, 
/** Why. */
reason: string, };

export type ImportRefusedSaved = { 
/** Where. */
path: string, 
/** How many rows. */
rows: number, };

export type ImportResult = { 
/** Clients that came to be. */
created: number, 
/** Records that belong to a client who was there already. */
matched: number, 
/** Records that were left out, by the rule for those who are there already. */
skipped: number, 
/** Records that were refused; the first of very many. */
refused: Array<RefusedRow>, 
/** How many were refused. */
refused_total: number, 
/** Values that were not taken, because the card of whom they are about has another. */
lost: LostValues, 
/** The step, to undo the whole import. */
step: StepId | null, };

export type ImportRowRule = { 
/** The line of the file where the row starts. */
line: number, 
/** What is done with it. */
rule: ImportRule, };

export type ImportRule = "complete" | "create" | "skip";

export type ImportRules = { 
/** For the whole file. */
rule: ImportRule, 
/** For some of its rows. */
rows: Array<ImportRowRule>, };

export type ImportSample = { 
/** Its line. */
line: number, 
/** The name. */
name: string, 
/** The first phone. */
phone: string, 
/** The first e-mail. */
email: string, 
/** The client in the book, or the name earlier in the file, to whom it belongs. */
matches: string | null, };

export type ImportSource = "clientele" | "google" | "outlook" | "thunderbird" | "apple" | "android";

export type ImportTable = { 
/** The name of the encoding; empty for a sheet. */
encoding: string, 
/** What stands between two cells; empty for a sheet. */
delimiter: string, 
/** The sheets of a workbook, by name; none of a text. */
sheets: Array<string>, 
/** Which of them is read. */
sheet: number | null, 
/** The row of the headers, counted from 0, if there is one. */
header_row: number | null, 
/** The headers as they stand; empty texts where there are none. */
headers: Array<string>, 
/** What each column was taken for. */
columns: Array<ImportColumn>, 
/** The first rows with people, their cells shortened. */
samples: Array<Array<string>>, 
/** How many rows follow the headers, blank ones not counted. */
rows: number, };

export type Invalidation = { 
/** What. */
topic: Topic, 
/** Of which client; none for all of the topic. */
id: string | null, };

export type Join = "all" | "any";

export type Keep = "standing" | "losing";

export type Language = "en" | "ru" | "bg";

export type LeftOut = { 
/** So many are on another device only. */
elsewhere: number, 
/** So many are not what their records say, or have lost a part. */
damaged: number, 
/** The first of the damaged ones. */
named: Array<DamagedContent>, };

export type Like = { 
/** Who. */
client: Suspect, 
/** Why, the strongest first. */
why: Array<Why>, };

export type LikeAsk = { 
/** What stands in the form. */
draft: ClientDraft, 
/** Whose card it is, where it is not a new one. */
except: ClientId | null, };

export type LinkedPerson = { 
/** The entry on the card. */
row: RowId, 
/** The client on whose card that one stands. */
id: ClientId, 
/** How that client is called today; where this device may not see the card, how they were called. */
name: string, 
/** What there is to open. */
state: PersonState, };

export type LostValue = { 
/** Its line. */
line: number, 
/** The field of the card: `source`, `card_number`, `birthday`, `language`; none for one of the owner's. */
field: string | null, 
/** The name of the owner's field. */
name: string, 
/** What the field holds. */
kind: CustomKind, 
/** What the file says. */
value: string, 
/** What stays on the card. */
stays: string, };

export type LostValues = { 
/** How many. */
total: number, 
/** The first of them. */
named: Array<LostValue>, };

export type MatchedIn = "name" | "phone" | "email" | "company" | "card_number" | "messenger" | "contact_person" | "tag" | "address" | "custom" | "note";

export type MergeEdited = { 
/** As it was shown. */
before: ClientDraft, 
/** As it is to be. */
after: ClientDraft, };

export type MergeProposal = { 
/** The card that stays, as it is. */
keep: ClientDraft, 
/** The other. */
gone: ClientDraft, 
/** What the first card takes over of itself: names, notes, what has room for one thing only. The other's phones,
 * tags and contacts come to stand on it without that. */
after: ClientDraft, };

export type MergedClient = { 
/** Which. */
id: ClientId, 
/** The name that its own card had. */
name: string, 
/** The step that takes it apart again when it is undone. */
step: StepId, 
/** When they were merged. */
at: Timestamp, 
/** By whom. */
staff: string, };

export type Messenger = { 
/** The row, where it has one. */
id: RowId | null, 
/** Viber, WhatsApp, Telegram, ... */
service: string, 
/** The name or number there. */
handle: string, };

export type Nothing = null;

export type OfficeState = "off" | "reached" | "waiting" | "unreachable" | "revoked";

export type OtherName = { 
/** The row, where it has one. */
id: RowId | null, 
/** What sort of name, in the user's words. */
label: string, 
/** The name. */
name: string, };

export type Pairing = { 
/** The company, as head office calls it. */
company: string, 
/** This device. */
device: DeviceId, 
/** Its name among the devices. */
device_name: string, 
/** The branch that it serves; none for all of them, that is, for head office itself. */
branch: Branch | null, 
/** Where the server is. */
address: string, 
/** Since when. */
since: Timestamp, 
/** Has head office revoked this device? */
revoked: boolean, };

export type PastedFile = { 
/** Its name; a copied picture may have none. */
name: string, 
/** Its content in Base64. */
content: string, };

export type PersonOf = { 
/** Which client. */
id: ClientId, 
/** The name as shown. */
name: string, 
/** As what: accountant, husband, ... */
role: string, };

export type PersonState = "here" | "in_trash" | "unseen";

export type Phone = { 
/** The row, where it has one. */
id: RowId | null, 
/** Mobile, work, ...: in the user's words. */
label: string, 
/** As it was typed. */
typed: string, 
/** In E.164 (`+359888123456`), worked out by the book; empty where the number makes no sense to the
 * phone library. Whatever stands here on the way in is ignored. */
e164: string, };

export type PhoneLine = { 
/** As typed. */
typed: string, 
/** In E.164, where it is a number. */
e164: string, 
/** As people of the book's country read it. */
display: string, 
/** Mobile, work, ... */
label: string, };

export type Preferences = { 
/** The language of the window; none: that of the book, or of the machine. */
language: Language | null, 
/** Light or dark. */
theme: Theme, };

export type Refusal = { 
/** Why. */
code: ErrorCode, 
/** What the sentence needs to be precise, by name. Never a secret, never a key. */
params?: { [key in string]: string }, };

export type RefusedChange = { 
/** To speak of it. */
id: string, 
/** When it was written. */
at: Timestamp, 
/** Why it was refused. */
why: Refusal, 
/** The table. */
entity: string, 
/** The client whose card it is on, as shown; empty for none. */
client_name: string, 
/** What the owner calls the field, where it is one of the owner's own. */
called: string | null, 
/** What it was to write. */
fields: Array<RefusedField>, };

export type RefusedField = { 
/** The field. */
field: string, 
/** What was written; none for an emptied field. */
value: string | null, };

export type RefusedRef = { 
/** Which ([`RefusedChange::id`]). */
id: string, };

export type RefusedRow = { 
/** The line of the file where it starts, counted from 1. */
line: number, 
/** Why. */
refusal: Refusal, };

export type RowId = string;

export type SavedFilter = { 
/** Which. */
id: RowId, 
/** Its name. */
name: string, 
/** Whom it finds; none where a newer version made it. */
conditions: Conditions | null, 
/** How many clients it finds now; none where a newer version made it. */
count: number | null, };

export type SearchAsk = { 
/** As typed. */
query: string, 
/** At most so many (1 to 500). */
limit: number, };

export type SearchHit = { 
/** Which client. */
id: ClientId, 
/** The name as shown. */
name: string, 
/** Person or company. */
kind: ClientKind, 
/** The phone that matched, else the first one, as people read it here. */
phone: string, 
/** Where the match was found. */
matched_in: MatchedIn, 
/** What stands there, shortened around the match. */
excerpt: string, 
/** Is there something that must never be done? */
has_never: boolean, 
/** The client's photo. */
photo: AttachmentId | null, };

export type Settings = { 
/** The name of the business. */
business_name: string, 
/** Its country, ISO 3166-1 alpha-2: how a phone number without a country is read. */
country: string, 
/** Its currency, ISO 4217. */
currency: string, 
/** The language of the book. */
language: Language, };

export type Status = { 
/** Clients outside the trash. */
clients: number, 
/** Changes that head office has not had yet; 0 without a head office. */
waiting: number, 
/** When something was saved last. */
saved_at: Timestamp | null, 
/** When head office was reached last; none without a head office. */
head_office_at: Timestamp | null, 
/** How this device stands with head office. */
head_office: OfficeState, 
/** Conflicts that nobody has settled yet. */
conflicts: number, };

export type StepDetails = { 
/** The step. */
entry: HistoryEntry, 
/** Its changes, field by field; the first of many. */
changes: Array<FieldHistoryEntry>, 
/** How many rows' changes were left out. */
left_out: number, };

export type StepId = string;

export type StepLabel = "book_created" | "client_added" | "client_changed" | "clients_trashed" | "clients_restored" | "clients_merged" | "duplicate_dismissed" | "clients_erased" | "contact_added" | "contact_changed" | "contact_trashed" | "contact_restored" | "attachments_added" | "attachment_trashed" | "attachment_restored" | "photo_changed" | "imported" | "history_imported" | "field_added" | "field_changed" | "field_removed" | "fields_ordered" | "filter_added" | "filter_changed" | "filter_removed" | "filters_ordered" | "clients_tagged" | "clients_untagged" | "settings_changed" | "demo_filled" | "trash_emptied" | "links_erased" | "conflict_settled" | "rescued" | "undo" | "redo" | "other";

export type StepRef = { 
/** Which. */
id: StepId, };

export type StepSummary = { 
/** The step. */
id: StepId, 
/** What sort. */
label: StepLabel, 
/** `name` (of the one client it is about), `count`, `file`. */
params: Record<string, string>, 
/** For an undo or a redo: what it undid or did again. */
of: StepLabel | null, };

export type Suspect = { 
/** Which client. */
id: ClientId, 
/** The name as shown. */
name: string, 
/** The first phone number, as people of the book's country read it. */
phone: string, 
/** When the last contact was. */
last_contact_at: Timestamp | null, 
/** When the card was made. */
created_at: Timestamp, };

export type TagCount = { 
/** The tag. */
tag: string, 
/** Cards outside the trash that bear it. */
count: number, };

export type Theme = "system" | "light" | "dark";

export type Timestamp = number;

export type Topic = "clients" | "client" | "contacts" | "attachments" | "history" | "trash" | "settings" | "tags" | "custom_fields" | "filters" | "head_office" | "duplicates" | "conflicts";

export type TrashKind = "client" | "contact" | "attachment";

export type TrashRow = { 
/** What sort of thing. */
kind: TrashKind, 
/** Which. */
id: RowId, 
/** Whose card it is, or was on. */
client_id: ClientId, 
/** The name, of the client or of the file, or the beginning of the text. */
title: string, 
/** Since when. */
trashed_at: Timestamp, 
/** Days until it is gone. */
days_left: number, };

export type TwoClients = { 
/** The one whose card stays. */
keep: ClientId, 
/** The other. */
gone: ClientId, };

export type UndoState = { 
/** The step that undo takes back. */
undo: StepSummary | null, 
/** The undone step that redo does again. */
redo: StepSummary | null, };

export type When = { "is": "before", 
/** The day. */
day: string, } | { "is": "since", 
/** The day. */
day: string, } | { "is": "within", 
/** How many. */
days: number, } | { "is": "older_than", 
/** How many. */
days: number, } | { "is": "never" };

export type Whom = { 
/** How many. */
count: number, 
/** A mark of who they are: with one of them another, it is another. */
mark: string, };

export type Why = "phone" | "email" | "card_number" | "same_name" | "similar_name";

export type Written<T> = { 
/** The result. */
value: T, 
/** The step, for the toast that offers to undo it. */
step: StepSummary | null, 
/** What the window has to read again. */
invalidates: Array<Invalidation>, };

// Every command, declared once in src-tauri/api.
export interface Commands {
  app_state: { args: Nothing; result: AppState };
  preferences_save: { args: Preferences; result: Preferences };
  book_create: { args: BookCreate; result: BookCreated };
  book_demo: { args: BookDemo; result: AppState };
  book_choose: { args: Nothing; result: AppState };
  book_unlock: { args: BookUnlock; result: BookUnlocked };
  book_retry: { args: Nothing; result: AppState };
  book_close: { args: Nothing; result: AppState };
  book_check: { args: Nothing; result: CheckReport };
  settings_save: { args: Settings; result: Written<Settings> };
  status: { args: Nothing; result: Status };
  clients_list: { args: ClientsList; result: ClientPage };
  client_get: { args: ClientRef; result: ClientCard };
  client_save: { args: ClientSave; result: Written<ClientId> };
  clients_trash: { args: ClientRefs; result: Written<number> };
  clients_restore: { args: ClientRefs; result: Written<number> };
  clients_erase: { args: ClientRefs; result: Written<number> };
  client_history: { args: ClientRef; result: Array<FieldHistoryEntry> };
  tags_list: { args: Nothing; result: Array<TagCount> };
  sources_list: { args: Nothing; result: Array<string> };
  contacts_list: { args: ContactsList; result: ContactPage };
  contact_save: { args: ContactSave; result: Written<ContactId> };
  contact_trash: { args: ContactRef; result: Written<ContactId> };
  contact_restore: { args: ContactRef; result: Written<ContactId> };
  search: { args: SearchAsk; result: Array<SearchHit> };
  custom_fields_list: { args: Nothing; result: Array<CustomField> };
  custom_fields_counted: { args: Nothing; result: Array<CustomField> };
  custom_field_save: { args: CustomFieldSave; result: Written<RowId> };
  custom_field_remove: { args: CustomFieldRef; result: Written<null> };
  custom_fields_order: { args: CustomFieldRefs; result: Written<null> };
  filters_list: { args: Nothing; result: Array<SavedFilter> };
  filter_count: { args: Conditions; result: number };
  filter_save: { args: FilterSave; result: Written<RowId> };
  filter_remove: { args: FilterRef; result: Written<null> };
  filters_order: { args: FilterRefs; result: Written<null> };
  filter_whom: { args: FilterRef; result: Whom };
  filter_tag: { args: FilterTag; result: Written<number> };
  filter_trash: { args: FilterTrash; result: Written<number> };
  duplicates_list: { args: DuplicatesAsk; result: DuplicateList };
  duplicates_like: { args: LikeAsk; result: Array<Like> };
  duplicate_dismiss: { args: TwoClients; result: Written<null> };
  merge_propose: { args: TwoClients; result: MergeProposal };
  clients_merge: { args: ClientsMerge; result: Written<ClientId> };
  client_unmerge: { args: StepRef; result: Written<StepSummary> };
  client_merged: { args: ClientRef; result: Array<MergedClient> };
  attachments_list: { args: ClientRef; result: Array<Attachment> };
  attachments_choose: { args: AttachmentsChoose; result: Written<Array<AttachmentId>> };
  attachments_pasted: { args: AttachmentsPasted; result: Written<Array<AttachmentId>> };
  attachments_dropped: { args: AttachmentsDropped; result: Written<Array<AttachmentId>> };
  attachment_photo: { args: AttachmentPhoto; result: Written<AttachmentId> };
  attachment_trash: { args: AttachmentRef; result: Written<AttachmentId> };
  attachment_restore: { args: AttachmentRef; result: Written<AttachmentId> };
  attachment_fetch: { args: AttachmentRef; result: Nothing };
  attachment_save: { args: AttachmentRef; result: AttachmentSaved };
  import_dropped: { args: DroppedRef; result: Nothing };
  undo: { args: Nothing; result: Written<StepSummary> };
  redo: { args: Nothing; result: Written<StepSummary> };
  undo_state: { args: Nothing; result: UndoState };
  history_list: { args: HistoryAsk; result: HistoryPage };
  step_get: { args: StepRef; result: StepDetails };
  step_undo: { args: StepRef; result: Written<StepSummary> };
  trash_list: { args: Nothing; result: Array<TrashRow> };
  import_choose: { args: Nothing; result: ImportPreview };
  import_configure: { args: ImportConfigure; result: ImportPreview };
  import_run: { args: ImportRef; result: Written<ImportResult> };
  import_refused_save: { args: ImportRefused; result: ImportRefusedSaved };
  history_import_choose: { args: Nothing; result: HistoryPreview };
  history_import_configure: { args: HistoryConfigure; result: HistoryPreview };
  history_import_run: { args: ImportRef; result: Written<HistoryResult> };
  import_cancel: { args: ImportRef; result: Nothing };
  export_choose: { args: ExportAsk; result: ExportResult };
  export_cancel: { args: Nothing; result: Nothing };
  head_office: { args: Nothing; result: HeadOffice };
  head_office_pair: { args: HeadOfficePair; result: HeadOffice };
  head_office_leave: { args: Nothing; result: HeadOffice };
  head_office_sync: { args: Nothing; result: HeadOffice };
  exchange_list: { args: ExchangeAsk; result: ExchangePage };
  conflicts_list: { args: Nothing; result: Array<Conflict> };
  conflict_settle: { args: ConflictSettle; result: Written<RowId> };
  refused_list: { args: Nothing; result: Array<RefusedChange> };
  refused_discard: { args: RefusedRef; result: Nothing };
  devices_list: { args: Nothing; result: Array<DeviceRow> };
  device_revoke: { args: DeviceRef; result: Array<DeviceRow> };
  erasures_list: { args: ErasuresAsk; result: ErasurePage };
  branch_choose: { args: BranchChoose; result: AppState };
  client_access_export: { args: ClientAccessExport; result: AccessResult };
}

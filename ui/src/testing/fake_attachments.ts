// Photos and files, as far as the window can tell.

import type { Attachment, Commands, Refusal, StepLabel, Written } from "../lib/bindings.gen";
import { displayName } from "../lib/drafts";
import type { Kept } from "./seed";

type Handlers = { [K in keyof Commands]: (args: Commands[K]["args"]) => Commands[K]["result"] };
type Ours = "attachments_list" | "attachments_choose" | "attachments_dropped" | "attachments_pasted" | "attachment_photo" | "attachment_trash" | "attachment_restore" | "attachment_fetch" | "attachment_save";

/** One grey point. */
export const PICTURE = "data:image/gif;base64,R0lGODlhAQABAIAAAKqqqgAAACwAAAAAAQABAAACAkQBADs=";

interface Book {
  find: (id: string) => Kept;
  refuse: (code: Refusal["code"], params?: Record<string, string>) => never;
  write: <V>(value: V, label: StepLabel, params: Record<string, string>, forth: () => void, back: () => void) => Written<V>;
  kept: { rows: Attachment[] };
  number: () => number;
}

export function attachments(book: Book): Pick<Handlers, Ours> {
  const { kept } = book;
  const one = (id: string): Attachment => kept.rows.find((row) => row.id === id) ?? book.refuse("not_found", { id });
  const photoOf = (client: string, id: string | null) => {
    book.find(client).photo = id;
  };
  function change<V>(value: V, label: StepLabel, client: string, after: Attachment[]): Written<V> {
    const before = kept.rows;
    const put = (rows: Attachment[]) => () => {
      kept.rows = rows;
      photoOf(client, rows.find((row) => row.client_id === client && row.is_photo)?.id ?? null);
    };
    return book.write(value, label, { name: displayName(book.find(client).draft) }, put(after), put(before));
  }
  function add(client_id: string, name: string, is_photo: boolean): Written<string[]> {
    const id = `f${book.number()}`;
    const is_picture = !name.endsWith(".pdf");
    const made: Attachment = { id, client_id, name, media_type: is_picture ? "image/jpeg" : "application/pdf", size_bytes: 248_000, added_at: Date.now(), is_photo, is_picture, is_here: true };
    const others = is_photo ? kept.rows.map((row) => (row.client_id === client_id ? { ...row, is_photo: false } : row)) : kept.rows;
    return change([id], is_photo ? "photo_changed" : "attachments_added", client_id, [made, ...others]);
  }
  return {
    attachments_list: ({ id }) => kept.rows.filter((row) => row.client_id === id).sort((a, b) => Number(b.is_photo) - Number(a.is_photo)),
    attachments_choose: ({ client_id, as_photo }) => add(client_id, as_photo ? "face.jpg" : "consent.pdf", as_photo),
    attachments_dropped: ({ client_id }) => add(client_id, "dropped.jpg", false),
    attachments_pasted: ({ client_id, files }) => add(client_id, (files[0] ?? book.refuse("clipboard.nothing")).name, false),
    attachment_photo: ({ id, is_photo }) => {
      const client = one(id).client_id;
      return change(id, "photo_changed", client, kept.rows.map((row) => (row.client_id === client ? { ...row, is_photo: is_photo && row.id === id } : row)));
    },
    attachment_trash: ({ id }) => change(id, "attachment_trashed", one(id).client_id, kept.rows.filter((row) => row.id !== id)),
    attachment_restore: ({ id }) => ({ value: id, step: null, invalidates: [] }),
    attachment_fetch: () => null,
    attachment_save: ({ id }) => (one(id).is_here ? { path: `/home/anna/${one(id).name}` } : book.refuse("attachment.not_here", { name: one(id).name })),
  };
}

// Contact persons of the fake who are clients, too: named as they are called today, on both cards.

import type { ClientDraft, LinkedPerson, PersonOf } from "../lib/bindings.gen";
import { copyDraft, displayName } from "../lib/drafts";
import type { Kept } from "./seed";

/** The card with what follows from its links, and from those of others to it. */
export function links(of: Kept, clients: Kept[]): { draft: ClientDraft; linked: LinkedPerson[]; person_of: PersonOf[] } {
  const draft = copyDraft(of.draft);
  const linked: LinkedPerson[] = [];
  for (const [i, person] of draft.contact_persons.entries()) {
    person.id ??= `k${of.id}${i}`;
    if (person.person_id === null || person.person_id === of.id) continue;
    const found = clients.find((c) => c.id === person.person_id);
    if (found) person.name = displayName(found.draft);
    linked.push({ row: person.id, id: person.person_id, name: person.name, state: found ? (found.trashed_at === null ? "here" : "in_trash") : "unseen" });
  }
  const others = clients.filter((c) => c.id !== of.id && c.trashed_at === null);
  const person_of = others.flatMap((c) => c.draft.contact_persons.filter((p) => p.person_id === of.id).map((p) => ({ id: c.id, name: displayName(c.draft), role: p.role })));
  return { draft, linked, person_of };
}

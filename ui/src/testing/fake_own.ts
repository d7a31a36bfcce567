// The owner's own fields and saved filters of the fake: kept in memory, and as far evaluated as the tests ask.

import type { ClientDraft, Commands, Condition, CustomField, CustomFieldDraft, Refusal, SavedFilter, StepLabel, Whom, Written } from "../lib/bindings.gen";
import type { Kept } from "./seed";

/** What the fake lends to whoever defines fields and filters in it. */
export interface LentToOwner {
  live(): Kept[];
  lastContact(id: string): number | null;
  now: number;
  write<V>(value: V, label: StepLabel, params: Record<string, string>, forth: () => void, back: () => void): Written<V>;
  refuse(code: Refusal["code"], params?: Record<string, string>): never;
}

type Names = "custom_fields_list" | "custom_fields_counted" | "custom_field_save" | "custom_field_remove" | "custom_fields_order" | "filters_list" | "filter_count" | "filter_save" | "filter_remove" | "filters_order" | "filter_whom" | "filter_tag" | "filter_trash";
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["result"] };

const DAY = 86_400_000;

export class FakeOwner {
  fields: CustomField[] = [];
  filters: Omit<SavedFilter, "count">[] = [];
  private next = 1;

  constructor(private readonly lent: LentToOwner) {}

  /** Whom conditions find. */
  found(conditions: SavedFilter["conditions"]): Kept[] {
    if (!conditions) return [];
    const { join, list } = conditions;
    return this.lent.live().filter((c) => list.length === 0 || (join === "all" ? list.every((x) => this.fulfils(c, x)) : list.some((x) => this.fulfils(c, x))));
  }

  private fulfils(c: Kept, condition: Condition): boolean {
    const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
    const { draft } = c;
    switch (condition.on) {
      case "tag":
        return draft.tags.some((tag) => same(tag, condition.tag)) === condition.has;
      case "kind":
        return draft.kind === condition.is;
      case "phone":
        return draft.phones.length > 0 === condition.has;
      case "email":
        return draft.emails.length > 0 === condition.has;
      case "never":
        return (draft.never !== "") === condition.has;
      case "last_contact": {
        const at = this.lent.lastContact(c.id);
        if (condition.when.is === "never" || at === null) return condition.when.is === "never" && at === null;
        if (condition.when.is === "older_than") return this.lent.now - at > condition.when.days * DAY;
        return condition.when.is === "within" && this.lent.now - at <= condition.when.days * DAY;
      }
      case "custom": {
        const value = draft.custom.find((v) => v.field === condition.field)?.value ?? "";
        if (condition.test.is === "empty") return value === "";
        if (condition.test.is === "filled") return value !== "";
        return condition.test.is === "same" ? same(value, condition.test.value) : condition.test.is === "contains" && value.toLowerCase().includes(condition.test.value.toLowerCase());
      }
      default:
        return false;
    }
  }

  /** Whom a saved filter finds now. */
  private whom(id: string): Whom {
    const found = this.found(this.filter(id).conditions);
    return { count: found.length, mark: found.map((c) => c.id).sort().join(" ") };
  }

  private confirm(id: string, confirmed: Whom): void {
    const now = this.whom(id);
    if (now.mark !== confirmed.mark) this.lent.refuse("filter.changed", { count: String(now.count) });
  }

  private filter(id: string): Omit<SavedFilter, "count"> {
    return this.filters.find((f) => f.id === id) ?? this.lent.refuse("not_found", { id });
  }

  private setFields<V>(value: V, label: StepLabel, name: string, after: CustomField[]): Written<V> {
    const before = this.fields;
    return this.lent.write(value, label, name ? { field: name } : {}, () => void (this.fields = after), () => void (this.fields = before));
  }

  private setFilters<V>(value: V, label: StepLabel, name: string, after: Omit<SavedFilter, "count">[]): Written<V> {
    const before = this.filters;
    return this.lent.write(value, label, name ? { filter: name } : {}, () => void (this.filters = after), () => void (this.filters = before));
  }

  private named(draft: CustomFieldDraft, id: string | null): void {
    if (draft.name.trim() === "") this.lent.refuse("name.empty");
    if (this.fields.some((f) => f.id !== id && f.name.toLowerCase() === draft.name.trim().toLowerCase())) this.lent.refuse("name.taken", { value: draft.name });
  }

  readonly commands: Handlers = {
    custom_fields_list: () => this.fields,
    custom_fields_counted: () => this.fields.map((field) => ({ ...field, cards: this.lent.live().filter((c) => c.draft.custom.some((v) => v.field === field.id)).length })),
    custom_field_save: ({ id, after }) => {
      this.named(after, id);
      const choices = after.choices.map((c) => ({ id: c.id ?? `o${this.next++}`, name: c.name }));
      const old = this.fields.find((f) => f.id === id);
      const field: CustomField = { id: id ?? `f${this.next++}`, name: after.name.trim(), kind: old?.kind ?? after.kind, choices: (old?.kind ?? after.kind) === "choice" ? choices : [], cards: null };
      return this.setFields(field.id, old ? "field_changed" : "field_added", field.name, old ? this.fields.map((f) => (f.id === id ? field : f)) : [...this.fields, field]);
    },
    custom_field_remove: ({ id }) => this.setFields(null, "field_removed", this.fields.find((f) => f.id === id)?.name ?? "", this.fields.filter((f) => f.id !== id)),
    custom_fields_order: ({ ids }) => this.setFields(null, "fields_ordered", "", [...this.fields].sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))),
    filters_list: () => this.filters.map((f) => ({ ...f, count: f.conditions ? this.found(f.conditions).length : null })),
    filter_count: (conditions) => this.found(conditions).length,
    filter_save: ({ id, draft }) => {
      if (draft.name.trim() === "") this.lent.refuse("name.empty");
      const saved = { id: id ?? `g${this.next++}`, name: draft.name.trim(), conditions: draft.conditions };
      return this.setFilters(saved.id, id ? "filter_changed" : "filter_added", saved.name, id ? this.filters.map((f) => (f.id === id ? saved : f)) : [...this.filters, saved]);
    },
    filter_remove: ({ id }) => this.setFilters(null, "filter_removed", this.filter(id).name, this.filters.filter((f) => f.id !== id)),
    filters_order: ({ ids }) => this.setFilters(null, "filters_ordered", "", [...this.filters].sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))),
    filter_whom: ({ id }) => this.whom(id),
    filter_tag: ({ id, tag, add, confirmed }) => {
      this.confirm(id, confirmed);
      const chosen = this.found(this.filter(id).conditions).filter((c) => c.draft.tags.includes(tag) !== add);
      const before = chosen.map((c): [Kept, ClientDraft] => [c, c.draft]);
      const forth = () => before.forEach(([c, draft]) => (c.draft = { ...draft, tags: add ? [...draft.tags, tag] : draft.tags.filter((t) => t !== tag) }));
      return this.lent.write(chosen.length, add ? "clients_tagged" : "clients_untagged", { count: String(chosen.length), tag }, forth, () => before.forEach(([c, draft]) => (c.draft = draft)));
    },
    filter_trash: ({ id, confirmed }) => {
      this.confirm(id, confirmed);
      const chosen = this.found(this.filter(id).conditions);
      const set = (at: number | null) => () => chosen.forEach((c) => (c.trashed_at = at));
      return this.lent.write(chosen.length, "clients_trashed", { count: String(chosen.length) }, set(this.lent.now), set(null));
    },
  };
}

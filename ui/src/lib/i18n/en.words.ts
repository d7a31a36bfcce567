// Names of the program's own data in English.

import type { Plural, Words } from "./types";

export const words: Words<Plural> = {
  steps: {
    client_added: { plain: "Client added", named: "Added {name}" },
    client_changed: { plain: "Client changed", named: "Changed {name}" },
    clients_trashed: { plain: "Moved to the trash", named: "Moved {name} to the trash", counted: { one: "Moved {count} client to the trash", other: "Moved {count} clients to the trash" } },
    clients_restored: { plain: "Restored from the trash", named: "Restored {name}", counted: { one: "Restored {count} client", other: "Restored {count} clients" } },
    clients_erased: { plain: "Deleted for good", named: "Deleted {name} for good", counted: { one: "Deleted {count} client for good", other: "Deleted {count} clients for good" } },
    contact_added: { plain: "Contact logged", named: "Contact logged: {name}" },
    contact_changed: { plain: "Contact changed", named: "Contact changed: {name}" },
    contact_trashed: { plain: "Contact moved to the trash", named: "Contact moved to the trash: {name}" },
    contact_restored: { plain: "Contact restored", named: "Contact restored: {name}" },
    imported: { plain: "Import", named: "Imported {name}", counted: { one: "Imported {count} client", other: "Imported {count} clients" } },
    settings_changed: { plain: "Settings changed" },
    demo_filled: { plain: "Demo book filled", counted: { one: "Demo book filled with {count} client", other: "Demo book filled with {count} clients" } },
    trash_emptied: { plain: "Trash emptied", counted: { one: "{count} old entry left the trash", other: "{count} old entries left the trash" } },
    undo: { plain: "Undone", named: "Undone: {name}" },
    redo: { plain: "Redone", named: "Redone: {name}" },
  },
  fields: {
    kind: "Person or company", name: "Name", full_name: "Name", given_name: "Given name", patronymic: "Patronymic", family_name: "Family name",
    company_name: "Company", works_at: "Works at", other_names: "Other names", phones: "Phones", phone: "Phone", typed: "Phone", e164: "Phone, international",
    emails: "E-mails", email: "E-mail", addresses: "Addresses", address: "Address", street: "Street and house", city: "Town", region: "Region",
    postal_code: "Postal code", country: "Country", messengers: "Messengers", service: "Messenger", handle: "Name there",
    contact_persons: "People to talk to", role: "Role", note: "Note", birthday: "Birthday", birth_year: "Year of birth", birth_month: "Month of birth", birth_day: "Day of birth",
    language: "Language", source: "Heard of us", card_number: "Card number", tags: "Tags", tag: "Tag", notes: "Notes", expects: "Expects", never: "Never",
    label: "Sort", text: "Text", at: "Time", direction: "Direction", channel: "Channel", staff: "Staff", position: "Order", client: "Client", client_id: "Client",
    business_name: "Name of the business", currency: "Currency", trashed_at: "In the trash", created_at: "Added", deleted: "Deleted", value: "Value",
  },
  entities: {
    client: "Card", clients: "Card", phone: "Phone", phones: "Phone", email: "E-mail", emails: "E-mail", address: "Address", addresses: "Address",
    messenger: "Messenger", messengers: "Messenger", other_name: "Another name", other_names: "Another name", contact_person: "Person to talk to", contact_persons: "Person to talk to",
    tag: "Tag", tags: "Tag", contact: "Contact", contacts: "Contact", setting: "Settings", settings: "Settings",
  },
  changes: { add: "added", set: "changed", inc: "added up", del: "to the trash", erase: "deleted for good" },
  contactKinds: { call: "Call", message: "Message", email: "E-mail", walk_in: "Came by", note: "Note", complaint: "Complaint", offer: "Offer" },
  channels: { phone: "Phone", sms: "SMS", viber: "Viber", whatsapp: "WhatsApp", telegram: "Telegram", email: "E-mail", web: "Web", in_person: "In person", other: "Other" },
  columns: {
    ignore: "Leave out", full_name: "Full name", given_name: "Given name", family_name: "Family name", patronymic: "Patronymic", company_name: "Company", other_name: "Another name",
    phone: "Phone", email: "E-mail", street: "Street and house", city: "Town", region: "Region", postal_code: "Postal code", country: "Country", messenger: "Messenger",
    birthday: "Birthday", language: "Language", source: "Heard of us", card_number: "Card number", tags: "Tags", notes: "Notes", expects: "Expects", never: "Never", contact_person: "Person to talk to",
  },
  matchedIn: { name: "name", phone: "phone", email: "e-mail", company: "company", card_number: "card number", messenger: "messenger", contact_person: "person to talk to", tag: "tag", address: "address", note: "notes", contact: "contacts" },
  languages: { en: "English", ru: "Русский", bg: "Български" },
};

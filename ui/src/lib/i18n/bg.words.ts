// Имена на данните на програмата на български.

import type { Plural, Words } from "./types";

export const words: Words<Plural> = {
  steps: {
    client_added: { plain: "Клиентът е добавен", named: "Добавен клиент: {name}" },
    client_changed: { plain: "Картонът е променен", named: "Променен картон: {name}" },
    clients_trashed: { plain: "Преместено в кошчето", named: "В кошчето: {name}", counted: { one: "{count} клиент е преместен в кошчето", other: "{count} клиенти са преместени в кошчето" } },
    clients_restored: { plain: "Върнато от кошчето", named: "Върнато от кошчето: {name}", counted: { one: "{count} клиент е върнат от кошчето", other: "{count} клиенти са върнати от кошчето" } },
    clients_erased: { plain: "Изтрито завинаги", named: "Изтрито завинаги: {name}", counted: { one: "{count} клиент е изтрит завинаги", other: "{count} клиенти са изтрити завинаги" } },
    contact_added: { plain: "Контактът е записан", named: "Записан контакт: {name}" },
    contact_changed: { plain: "Записът за контакт е променен", named: "Променен запис за контакт: {name}" },
    contact_trashed: { plain: "Записът за контакт е в кошчето", named: "Запис за контакт в кошчето: {name}" },
    contact_restored: { plain: "Записът за контакт е върнат", named: "Върнат запис за контакт: {name}" },
    imported: { plain: "Внасяне", named: "Внесено: {name}", counted: { one: "Внесен е {count} клиент", other: "Внесени са {count} клиенти" } },
    settings_changed: { plain: "Настройките са променени" },
    demo_filled: { plain: "Демо книгата е попълнена", counted: { one: "Демо книгата е попълнена с {count} клиент", other: "Демо книгата е попълнена с {count} клиенти" } },
    trash_emptied: { plain: "Кошчето е изпразнено", counted: { one: "{count} стар запис напусна кошчето", other: "{count} стари записа напуснаха кошчето" } },
    undo: { plain: "Отменено", named: "Отменено: {name}" },
    redo: { plain: "Върнато", named: "Върнато: {name}" },
  },
  fields: {
    kind: "Човек или фирма", name: "Име", full_name: "Име", given_name: "Име", patronymic: "Презиме", family_name: "Фамилия",
    company_name: "Фирма", works_at: "Работи в", other_names: "Други имена", phones: "Телефони", phone: "Телефон", typed: "Телефон", e164: "Телефон, международен",
    emails: "Имейли", email: "Имейл", addresses: "Адреси", address: "Адрес", street: "Улица и номер", city: "Населено място", region: "Област",
    postal_code: "Пощенски код", country: "Държава", messengers: "Месинджъри", service: "Месинджър", handle: "Име там",
    contact_persons: "Лица за контакт", role: "Роля", note: "Бележка", birthday: "Рожден ден", birth_year: "Година на раждане", birth_month: "Месец на раждане", birth_day: "Ден на раждане",
    language: "Език", source: "Откъде ни знае", card_number: "Номер на карта", tags: "Етикети", tag: "Етикет", notes: "Бележки", expects: "Очаква", never: "Никога",
    label: "Вид", text: "Текст", at: "Час", direction: "Посока", channel: "Канал", staff: "Служител", position: "Ред", client: "Клиент", client_id: "Клиент",
    business_name: "Име на фирмата", currency: "Валута", trashed_at: "В кошчето", created_at: "Добавено", deleted: "Изтрито", value: "Стойност",
  },
  entities: {
    client: "Картон", clients: "Картон", phone: "Телефон", phones: "Телефон", email: "Имейл", emails: "Имейл", address: "Адрес", addresses: "Адрес",
    messenger: "Месинджър", messengers: "Месинджър", other_name: "Друго име", other_names: "Друго име", contact_person: "Лице за контакт", contact_persons: "Лице за контакт",
    tag: "Етикет", tags: "Етикет", contact: "Контакт", contacts: "Контакт", setting: "Настройки", settings: "Настройки",
  },
  changes: { add: "добавено", set: "променено", inc: "прибавено", del: "в кошчето", erase: "изтрито завинаги" },
  contactKinds: { call: "Обаждане", message: "Съобщение", email: "Имейл", walk_in: "Посещение", note: "Бележка", complaint: "Оплакване", offer: "Оферта" },
  channels: { phone: "Телефон", sms: "SMS", viber: "Viber", whatsapp: "WhatsApp", telegram: "Telegram", email: "Имейл", web: "Сайт", in_person: "На място", other: "Друго" },
  columns: {
    ignore: "Пропусни", full_name: "Цялото име", given_name: "Име", family_name: "Фамилия", patronymic: "Презиме", company_name: "Фирма", other_name: "Друго име",
    phone: "Телефон", email: "Имейл", street: "Улица и номер", city: "Населено място", region: "Област", postal_code: "Пощенски код", country: "Държава", messenger: "Месинджър",
    birthday: "Рожден ден", language: "Език", source: "Откъде ни знае", card_number: "Номер на карта", tags: "Етикети", notes: "Бележки", expects: "Очаква", never: "Никога", contact_person: "Лице за контакт",
  },
  matchedIn: { name: "име", phone: "телефон", email: "имейл", company: "фирма", card_number: "номер на карта", messenger: "месинджър", contact_person: "лице за контакт", tag: "етикет", address: "адрес", note: "бележки", contact: "контакти" },
  languages: { en: "English", ru: "Русский", bg: "Български" },
};

// Названия данных программы по-русски.

import type { SlavicPlural, Words } from "./types";

export const words: Words<SlavicPlural> = {
  steps: {
    client_added: { plain: "Клиент добавлен", named: "Добавлен клиент: {name}" },
    client_changed: { plain: "Карточка изменена", named: "Изменена карточка: {name}" },
    clients_trashed: { plain: "Убрано в корзину", named: "В корзину: {name}", counted: { one: "{count} клиент убран в корзину", few: "{count} клиента убраны в корзину", many: "{count} клиентов убраны в корзину", other: "{count} клиента убраны в корзину" } },
    clients_restored: { plain: "Возвращено из корзины", named: "Возвращено из корзины: {name}", counted: { one: "{count} клиент возвращён из корзины", few: "{count} клиента возвращены из корзины", many: "{count} клиентов возвращены из корзины", other: "{count} клиента возвращены из корзины" } },
    clients_erased: { plain: "Удалено навсегда", named: "Удалено навсегда: {name}", counted: { one: "{count} клиент удалён навсегда", few: "{count} клиента удалены навсегда", many: "{count} клиентов удалены навсегда", other: "{count} клиента удалены навсегда" } },
    contact_added: { plain: "Контакт записан", named: "Контакт записан: {name}" },
    contact_changed: { plain: "Запись о контакте изменена", named: "Запись о контакте изменена: {name}" },
    contact_trashed: { plain: "Запись о контакте в корзине", named: "Запись о контакте в корзине: {name}" },
    contact_restored: { plain: "Запись о контакте возвращена", named: "Запись о контакте возвращена: {name}" },
    imported: { plain: "Импорт", named: "Импорт: {name}", counted: { one: "Импортирован {count} клиент", few: "Импортировано {count} клиента", many: "Импортировано {count} клиентов", other: "Импортировано {count} клиента" } },
    settings_changed: { plain: "Настройки изменены" },
    demo_filled: { plain: "Учебная книга заполнена", counted: { one: "Учебная книга заполнена: {count} клиент", few: "Учебная книга заполнена: {count} клиента", many: "Учебная книга заполнена: {count} клиентов", other: "Учебная книга заполнена: {count} клиента" } },
    trash_emptied: { plain: "Корзина очищена", counted: { one: "Из корзины ушла {count} старая запись", few: "Из корзины ушли {count} старые записи", many: "Из корзины ушло {count} старых записей", other: "Из корзины ушло {count} старой записи" } },
    undo: { plain: "Отменено", named: "Отменено: {name}" },
    redo: { plain: "Возвращено", named: "Возвращено: {name}" },
  },
  fields: {
    kind: "Человек или компания", name: "Имя", full_name: "Имя", given_name: "Имя", patronymic: "Отчество", family_name: "Фамилия",
    company_name: "Компания", works_at: "Место работы", other_names: "Другие имена", phones: "Телефоны", phone: "Телефон", typed: "Телефон", e164: "Телефон, международный",
    emails: "Почта", email: "Почта", addresses: "Адреса", address: "Адрес", street: "Улица и дом", city: "Город", region: "Область",
    postal_code: "Индекс", country: "Страна", messengers: "Мессенджеры", service: "Мессенджер", handle: "Имя там",
    contact_persons: "С кем говорить", role: "Кто это", note: "Заметка", birthday: "День рождения", birth_year: "Год рождения", birth_month: "Месяц рождения", birth_day: "День рождения",
    language: "Язык", source: "Откуда узнал о нас", card_number: "Номер карты", tags: "Метки", tag: "Метка", notes: "Заметки", expects: "Ожидает", never: "Нельзя",
    label: "Вид", text: "Текст", at: "Время", direction: "Направление", channel: "Канал", staff: "Сотрудник", position: "Порядок", client: "Клиент", client_id: "Клиент",
    business_name: "Название компании", currency: "Валюта", trashed_at: "В корзине", created_at: "Добавлено", deleted: "Удалено", value: "Значение",
  },
  entities: {
    client: "Карточка", clients: "Карточка", phone: "Телефон", phones: "Телефон", email: "Почта", emails: "Почта", address: "Адрес", addresses: "Адрес",
    messenger: "Мессенджер", messengers: "Мессенджер", other_name: "Другое имя", other_names: "Другое имя", contact_person: "С кем говорить", contact_persons: "С кем говорить",
    tag: "Метка", tags: "Метка", contact: "Контакт", contacts: "Контакт", setting: "Настройки", settings: "Настройки",
  },
  changes: { add: "добавлено", set: "изменено", inc: "прибавлено", del: "в корзину", erase: "удалено навсегда" },
  contactKinds: { call: "Звонок", message: "Сообщение", email: "Письмо", walk_in: "Визит", note: "Заметка", complaint: "Жалоба", offer: "Предложение" },
  channels: { phone: "Телефон", sms: "SMS", viber: "Viber", whatsapp: "WhatsApp", telegram: "Telegram", email: "Почта", web: "Сайт", in_person: "Лично", other: "Другое" },
  columns: {
    ignore: "Не брать", full_name: "Имя целиком", given_name: "Имя", family_name: "Фамилия", patronymic: "Отчество", company_name: "Компания", other_name: "Другое имя",
    phone: "Телефон", email: "Почта", street: "Улица и дом", city: "Город", region: "Область", postal_code: "Индекс", country: "Страна", messenger: "Мессенджер",
    birthday: "День рождения", language: "Язык", source: "Откуда узнал о нас", card_number: "Номер карты", tags: "Метки", notes: "Заметки", expects: "Ожидает", never: "Нельзя", contact_person: "С кем говорить",
  },
  matchedIn: { name: "имя", phone: "телефон", email: "почта", company: "компания", card_number: "номер карты", messenger: "мессенджер", contact_person: "с кем говорить", tag: "метка", address: "адрес", note: "заметки", contact: "контакты" },
  languages: { en: "English", ru: "Русский", bg: "Български" },
};

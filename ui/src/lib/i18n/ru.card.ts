// Что карточка говорит о фото и файлах, о людях, которые сами клиенты, и о печати.

import type { card as english } from "./en.card";
import type { Messages, SlavicPlural } from "./types";

export const card: Pick<Messages<SlavicPlural>, keyof typeof english> = {
  "form.linkPerson": "Это наш клиент…",
  "form.unlinkPerson": "Не этот клиент",
  "form.linkTitle": "Кто это из клиентов?",
  "form.linkText": "Обе карточки будут вести друг к другу.",
  "form.linkPlaceholder": "Имя, телефон или номер карты",
  "card.personOf": "Контактное лицо у",
  "card.personInTrash": "Эта карточка в корзине",
  "action.print": "Распечатать карточку",
  "print.made": "Напечатано {when}",
  "print.left": { one: "Ещё {count} старая запись на лист не вошла.", few: "Ещё {count} старые записи на лист не вошли.", many: "Ещё {count} старых записей на лист не вошли.", other: "Ещё {count} старой записи на лист не вошло." },
  "attachments.title": "Фото и файлы",
  "attachments.add": "Добавить",
  "attachments.addLabel": "Добавить фото или файл",
  "attachments.empty": "Перетащите или вставьте фото и файлы на карточку или добавьте их здесь.",
  "attachments.dropHere": "На эту карточку",
  "attachments.dropHereText": "Они хранятся в книге, вместе с этим клиентом.",
  "attachments.open": "Открыть: {name}",
  "attachments.saveNamed": "Сохранить как: {name}",
  "attachments.saveAs": "Сохранить как…",
  "attachments.saved": "Сохранено",
  "attachments.remove": "В корзину: {name}",
  "attachments.makePhoto": "Сделать фотографией клиента: {name}",
  "attachments.takePhoto": "Больше не фотография клиента: {name}",
  "attachments.photo": "фото",
  "attachments.away": "ещё не на этом устройстве",
  "attachments.awayText": "Изображение на другом устройстве. Оно придёт при обмене с головным офисом.",
  "attachments.fetching": "Файл придёт при обмене с головным офисом",
  "attachments.fetch": "Получить из головного офиса: {name}",
  "attachments.cannotShow": "Изображение нельзя показать. Его можно сохранить.",
  "attachments.photoAdd": "Добавить фото",
  "attachments.photoShow": "Показать фото",
  "find.none": "По запросу «{query}» больше никого нет.",
};

// Какво казва картонът за снимки и файлове, за хора, които са клиенти, и за отпечатването.

import type { card as english } from "./en.card";
import type { Messages, Plural } from "./types";

export const card: Pick<Messages<Plural>, keyof typeof english> = {
  "form.linkPerson": "Наш клиент е…",
  "form.unlinkPerson": "Не е този клиент",
  "form.linkTitle": "Кой от клиентите е?",
  "form.linkText": "Двата картона ще водят един към друг.",
  "form.linkPlaceholder": "Име, телефон или номер на карта",
  "card.personOf": "Лице за контакт на",
  "card.personInTrash": "Този картон е в кошчето",
  "action.print": "Отпечатай картона",
  "print.made": "Отпечатано {when}",
  "print.left": { one: "Още {count} по-стар запис не е на листа.", other: "Още {count} по-стари записа не са на листа." },
  "attachments.title": "Снимки и файлове",
  "attachments.add": "Добави",
  "attachments.addLabel": "Добави снимка или файл",
  "attachments.empty": "Пуснете или поставете снимки и файлове върху картона или ги добавете тук.",
  "attachments.dropHere": "Върху този картон",
  "attachments.dropHereText": "Пазят се в книгата, при този клиент.",
  "attachments.open": "Отвори: {name}",
  "attachments.saveNamed": "Запази като: {name}",
  "attachments.saveAs": "Запази като…",
  "attachments.saved": "Запазено",
  "attachments.remove": "В кошчето: {name}",
  "attachments.makePhoto": "Направи снимка на клиента: {name}",
  "attachments.takePhoto": "Вече не е снимка на клиента: {name}",
  "attachments.photo": "снимка",
  "attachments.away": "още не е на това устройство",
  "attachments.awayText": "Изображението е на друго устройство. Идва с обмена с централата.",
  "attachments.fetching": "Файлът идва с обмена с централата",
  "attachments.fetch": "Вземи от централата: {name}",
  "attachments.cannotShow": "Изображението не може да се покаже. Може да се запази.",
  "attachments.photoAdd": "Добави снимка",
  "attachments.photoShow": "Покажи снимката",
  "find.none": "Никой друг не отговаря на „{query}“.",
};

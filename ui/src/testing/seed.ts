// Invented people for the fake: an atelier of three languages, with every sort of card.

import type { Channel, ClientDraft, Contact, ContactKind } from "../lib/bindings.gen";
import { emptyDraft } from "../lib/drafts";

export interface Kept {
  id: string;
  draft: ClientDraft;
  created_at: number;
  changed_at: number;
  trashed_at: number | null;
  /** The attachment that is the photo. */
  photo?: string | null;
}

/** A small random sequence that is the same each time. */
export function dice(seed: number): () => number {
  let s = seed;
  return () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return s / 4294967296;
  };
}

const DAY = 86_400_000;
const SETS = [
  { given: ["Анна", "Мария", "Елена", "Десислава", "Виктория", "Радка", "Ивайла", "Стефка"], family: ["Иванова", "Петрова", "Георгиева", "Димитрова", "Стоянова", "Тодорова", "Колева"], code: "0888", country: "+359888" },
  { given: ["Георги", "Димитър", "Николай", "Петър", "Христо", "Калоян"], family: ["Иванов", "Петров", "Георгиев", "Стоянов", "Маринов", "Ангелов"], code: "0877", country: "+359877" },
  { given: ["Ольга", "Наталья", "Светлана", "Ирина", "Екатерина", "Юлия"], family: ["Смирнова", "Кузнецова", "Соколова", "Морозова", "Волкова"], code: "+7 916", country: "+7916" },
  { given: ["Sophie", "Emma", "James", "Oliver", "Grace", "Harriet"], family: ["Bennett", "Clarke", "Hughes", "Mercer", "Whitfield"], code: "+44 7700", country: "+447700" },
];
const TAGS = ["VIP", "постоянен", "сватба", "colour", "сутрин"];
const SAID = [
  "Asked whether Saturday morning is free. Promised to call back by noon.",
  "Моли за час при Мария, само преди обяд. Уговорихме сряда, 10:30.",
  "Спросила про окрашивание, отправила фото. Ответили с ценой.",
  "Came by to buy the shampoo; left a good word about the new chair.",
  "Недоволна от цвета: по-тъмен от мострата. Предложихме корекция безплатно.",
  "Sent the spring price list.",
  "Потвърди часа за петък.",
];

function pick<T>(list: readonly T[], roll: () => number): T {
  return list[Math.floor(roll() * list.length)] as T;
}

export function seedClients(count: number, now: number): Kept[] {
  const roll = dice(7);
  const list: Kept[] = [];
  for (let i = 0; i < count; i++) {
    const set = pick(SETS, roll);
    const draft = emptyDraft();
    draft.given_name = pick(set.given, roll);
    draft.family_name = pick(set.family, roll);
    const digits = String(Math.floor(roll() * 1_000_000)).padStart(6, "0");
    draft.phones = [{ id: `p${i}`, label: "", typed: `${set.code} ${digits.slice(0, 3)} ${digits.slice(3)}`, e164: set.country + digits }];
    if (roll() < 0.25) draft.tags = [pick(TAGS, roll)];
    if (roll() < 0.08) draft.never = "Лак с ацетон";
    if (roll() < 0.06) {
      draft.kind = "company";
      draft.company_name = `${draft.family_name} & Co`;
      draft.given_name = draft.family_name = "";
    }
    const created = now - Math.floor(roll() * 900) * DAY;
    list.push({ id: `c${i}`, draft, created_at: created, changed_at: created, trashed_at: null });
  }
  const anna = list[0];
  if (anna) Object.assign(anna.draft, annasCard());
  const co = list[1];
  if (co) Object.assign(co.draft, companyCard());
  return list;
}

/** Two of them entered a second time: Anna in Latin letters with the same phone, the company with the same e-mail. */
export function seedTwins(clients: Kept[], now: number): Kept[] {
  const twin = (id: string, of: number, over: Partial<ClientDraft>): Kept => {
    const draft = Object.assign(emptyDraft(), { kind: clients[of]?.draft.kind ?? "person" }, over);
    return { id, draft, created_at: now - 20 * DAY, changed_at: now - 20 * DAY, trashed_at: null };
  };
  return [
    twin("tw0", 0, {
      given_name: "Anna", family_name: "Abadzhieva", phones: [{ id: "tp0", label: "", typed: "+359888123456", e164: "+359888123456" }, { id: "tp1", label: "", typed: "0899 777 111", e164: "+359899777111" }],
      language: "en", birthday: { year: 1988, month: 3, day: 14 }, source: "Instagram", notes: "Prefers to be called in the morning.", tags: ["bride"],
    }),
    twin("tw1", 1, { company_name: "Аврора", emails: [{ id: "te1", label: "", address: "office@avrora.example" }] }),
  ];
}

function annasCard(): Partial<ClientDraft> {
  return {
    kind: "person", given_name: "Анна", patronymic: "Стоянова", family_name: "Абаджиева", tags: ["VIP", "постоянен", "сватба юни"],
    never: "Алергия към парафенилендиамин (PPD): никаква перманентна боя.\nБез амоняк.",
    expects: "Стол до прозореца, кафе без захар. Не обича да чака: да се предупреди, ако закъсняваме с повече от 5 минути.",
    other_names: [{ id: "n1", label: "моминско", name: "Петкова" }],
    phones: [
      { id: "p0", label: "мобилен", typed: "0888 123 456", e164: "+359888123456" },
      { id: "p0b", label: "работа", typed: "02 987 65 43", e164: "+35929876543" },
    ],
    emails: [{ id: "e0", label: "", address: "anna.abadjieva@example.bg" }],
    addresses: [{ id: "a0", label: "вкъщи", street: "ул. „Граф Игнатиев“ 24, ет. 3", city: "София", region: "", postal_code: "1000", country: "България" }],
    messengers: [{ id: "m0", service: "Viber", handle: "+359 888 123 456" }],
    contact_persons: [{ id: "k0", name: "Борис Абаджиев", role: "съпруг", phone: "0888 765 432", email: "", note: "плаща абонамента", person_id: "c2" }],
    birthday: { year: 1988, month: 3, day: 14 }, language: "bg", source: "препоръка от Елена", card_number: "10 442",
    notes: "Цвят 7.1, оксидант 3 %. Косата е фина, суши се на ниска степен.",
  };
}

function companyCard(): Partial<ClientDraft> {
  return {
    kind: "company", given_name: "", family_name: "", company_name: "Ателие „Аврора“ ООД", tags: ["фирма"],
    phones: [{ id: "p1", label: "офис", typed: "02 444 11 22", e164: "+35924441122" }],
    emails: [{ id: "e1", label: "фактури", address: "office@avrora.example" }],
    contact_persons: [
      { id: "k1", name: "Мила Христова", role: "счетоводител", phone: "0888 222 333", email: "mila@avrora.example", note: "", person_id: null },
      { id: "k2", name: "Олег Данев", role: "управител", phone: "", email: "", note: "само следобед", person_id: null },
    ],
    expects: "Фактура до края на месеца, с пълното име на фирмата.",
  };
}

const KINDS: [ContactKind, Channel | null, "in" | "out" | null][] = [
  ["call", "phone", "in"], ["message", "viber", "in"], ["message", "whatsapp", "out"], ["walk_in", "in_person", "in"], ["complaint", "in_person", "in"], ["offer", "email", "out"], ["note", null, null], ["email", "email", "out"],
];

export function seedContacts(clients: Kept[], now: number): Contact[] {
  const roll = dice(11);
  const out: Contact[] = [];
  clients.forEach((client, at) => {
    const count = at === 0 ? 34 : Math.floor(roll() * 5);
    for (let i = 0; i < count; i++) {
      const [kind, channel, direction] = pick(KINDS, roll);
      const age = at === 0 ? i * i * 0.6 : roll() * 300;
      out.push({ id: `t${at}-${i}`, client_id: client.id, kind, channel, direction, at: now - Math.floor(age * DAY) - 3_600_000, staff: pick(["Мария", "Ольга", "Diana"], roll), text: pick(SAID, roll) });
    }
  });
  return out;
}

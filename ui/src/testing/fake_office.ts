// Head office as far as the window can tell: a fake server with a state of every sort.

import type { Branch, BranchView, Conflict, DeviceRow, ErasureRow, ExchangeRow, HeadOffice, Pairing, RefusedChange, Refusal, Status } from "../lib/bindings.gen";

/** off: alone. branch: paired and well. waiting, unreachable, revoked, never: a branch's troubles. central: head office itself. */
export type OfficeScene = "off" | "branch" | "waiting" | "unreachable" | "revoked" | "never" | "repairing" | "central";

/** The code that the fake takes. */
export const CODE = "K7QM2XWD9FTAHN4RC8PV5JYEB3GSZ6ULQ2RT8WXY";
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
export const BRANCHES: Branch[] = [
  { id: "b1", name: "Център" },
  { id: "b2", name: "Лозенец" },
  { id: "b3", name: "Младост" },
];

export class FakeOffice {
  state: HeadOffice;
  branches: BranchView = { can_choose: false, chosen: null, branches: [] };
  conflicts: Conflict[] = [];
  refused: RefusedChange[] = [];
  devices: DeviceRow[] = [];
  erasures: ErasureRow[] = [];
  exchange: ExchangeRow[] = [];

  constructor(
    readonly now: number,
    scene: OfficeScene,
  ) {
    this.state = { paired: null, waiting: 0, running: false, last_reached: null, last_tried: null, problem: null, in_agreement: null, conflicts: 0, refused: 0 };
    if (scene !== "off") this.pair("Рецепция Център", scene);
  }

  pair(device_name: string, scene: OfficeScene = "branch"): void {
    const { now } = this;
    const central = scene === "central";
    const branch = central ? null : (BRANCHES[0] ?? null);
    const paired: Pairing = { company: "Салони „Анна“ ООД", device: "d1", device_name, branch, address: "https://office.salon-anna.example:8443", since: now - 92 * DAY, revoked: scene === "revoked" };
    const never = scene === "never";
    const down = scene === "unreachable" || never;
    const problem: Refusal | null = down ? { code: "head_office.unreachable", params: { detail: "connection refused" } } : null;
    this.conflicts = seedConflicts(now);
    this.refused = scene === "branch" ? [] : seedRefused(now);
    this.devices = never ? [] : seedDevices(now, device_name, branch, central);
    this.erasures = never ? [] : seedErasures(now);
    this.exchange = never ? [] : seedExchange(now);
    this.state = {
      paired, running: false, problem,
      waiting: scene === "branch" || central || scene === "repairing" ? 0 : 3,
      last_reached: never ? null : now - (down ? 26 * 60 : 5) * MINUTE,
      last_tried: now - 4 * MINUTE,
      in_agreement: never ? null : scene !== "repairing",
      conflicts: 0, refused: 0,
    };
    if (central) this.branches = { can_choose: true, chosen: null, branches: BRANCHES };
  }
  leave(): void {
    const kept = this.conflicts;
    Object.assign(this, new FakeOffice(this.now, "off"));
    this.conflicts = kept;
  }

  get standing(): HeadOffice {
    return { ...this.state, conflicts: this.conflicts.length, refused: this.refused.length };
  }
  get line(): Pick<Status, "waiting" | "head_office_at" | "head_office" | "conflicts"> {
    const { paired, waiting, problem, last_reached } = this.state;
    const head_office = !paired ? "off" : paired.revoked ? "revoked" : problem ? "unreachable" : waiting > 0 ? "waiting" : "reached";
    return { waiting, head_office_at: last_reached, head_office, conflicts: this.conflicts.length };
  }
}

function seedConflicts(now: number): Conflict[] {
  const on = { client_id: "c0", client_name: "Анна Стоянова Абаджиева" };
  return [
    {
      id: "k1", kind: "field", ...on, entity: "clients", row: "c0", field: "never", called: null,
      standing: { value: "Алергия към парафенилендиамин (PPD): никаква перманентна боя.\nБез амоняк.", at: now - 90 * MINUTE, staff: "Мария", device: "Рецепция Център" },
      losing: { value: "Без амоняк.", at: now - 3 * 60 * MINUTE, staff: "Ольга", device: "Лозенец, стол 2" },
    },
    {
      id: "k2", kind: "field", ...on, entity: "phones", row: "p0", field: "typed", called: null,
      standing: { value: "0888 123 456", at: now - 2 * DAY, staff: "owner", device: "Head office" },
      losing: { value: null, at: now - 2 * DAY - 40 * MINUTE, staff: "Мария", device: "Рецепция Център" },
    },
    {
      id: "k3", kind: "trashed", client_id: "c1", client_name: "Ателие „Аврора“ ООД", entity: "clients", row: "c1", field: "notes", called: null,
      standing: { value: "Фактура до края на месеца", at: now - 5 * DAY, staff: "Diana", device: "Лозенец, стол 2" },
      losing: { value: null, at: now - 5 * DAY - 10 * MINUTE, staff: "Мария", device: "Рецепция Център" },
    },
  ];
}

function seedRefused(now: number): RefusedChange[] {
  return [
    { id: "r1", at: now - 30 * MINUTE, why: { code: "change.too_large", params: { max: "262144" } }, entity: "clients", client_name: "Ателие „Аврора“ ООД", called: null, fields: [{ field: "notes", value: "Всички разговори от 2019 г. насам: ".repeat(40) }] },
    { id: "r2", at: now - 3 * DAY, why: { code: "change.not_yours" }, entity: "settings", client_name: "", called: null, fields: [{ field: "business_name", value: "Салон „Анна“ Център" }, { field: "currency", value: null }] },
  ];
}

function seedDevices(now: number, name: string, branch: Branch | null, central: boolean): DeviceRow[] {
  const row = (id: string, name: string, branch: Branch | null, seen: number | null, revoked: number | null = null): DeviceRow => ({ id, name, branch, is_this: id === "d1", paired_at: now - 92 * DAY, last_seen: seen, revoked_at: revoked });
  return [
    row("d1", name, branch, now - 5 * MINUTE),
    ...(central ? [] : [row("d0", "Head office", null, now - 40 * MINUTE)]),
    row("d2", "Лозенец, стол 2", BRANCHES[1] ?? null, now - 3 * DAY),
    row("d3", "Младост", BRANCHES[2] ?? null, null),
    row("d4", "Old laptop", BRANCHES[0] ?? null, now - 60 * DAY, now - 12 * DAY),
  ];
}

function seedErasures(now: number): ErasureRow[] {
  const row = (id: string, ago: number, more: Partial<ErasureRow>): ErasureRow => ({
    id, number: `4F2A-${id.toUpperCase()}`, at: now - ago, staff: "owner", device: "Head office", by_itself: false, clients: 1, contacts: 4, state: "waiting",
    told_at: now - ago + MINUTE, confirmed: ["Head office"], waiting_for: [], shut_out: [], head_office_done: true, confirmed_at: null, ...more,
  });
  return [
    row("0e01", 3 * MINUTE, { state: "untold", told_at: null, head_office_done: false }),
    row("0e02", 2 * DAY, { confirmed: ["Head office", "Рецепция Център"], waiting_for: ["Лозенец, стол 2", "Младост"] }),
    row("0e03", 40 * DAY, { staff: "Diana", clients: 3, state: "confirmed", confirmed: ["Head office", "Рецепция Център", "Лозенец, стол 2"], shut_out: ["Old laptop"], confirmed_at: now - 38 * DAY }),
    row("0e04", 60 * DAY, { by_itself: true, clients: 0, contacts: 2, state: "confirmed", confirmed_at: now - 59 * DAY }),
  ];
}

function seedExchange(now: number): ExchangeRow[] {
  return Array.from({ length: 75 }, (_, i) => ({
    at: now - (5 + i * 37) * MINUTE, came_in: i === 3 ? 1840 : (i * 7) % 5, went_out: (i * 3) % 4, refused: i === 2 ? 1 : 0,
    problem: i % 9 === 4 ? { code: "head_office.unreachable" as const, params: { detail: "timed out" } } : null, duration_ms: i === 3 ? 8400 : 120 + ((i * 61) % 900),
  }));
}

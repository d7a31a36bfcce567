// What the fake found in the file that everybody imports first.

import type { HistoryColumn, HistoryOptions, HistoryPreview, ImportColumn, ImportOptions, ImportPreview, LeftOut } from "../lib/bindings.gen";

const HEADERS = ["Име", "Фамилия", "Телефон", "E-mail", "Рожден ден", "Бележки", "Последно"];
const COLUMNS: ImportColumn[] = ["given_name", "family_name", "phone", "email", "birthday", "notes", "ignore"];
const SAMPLES = [
  ["Анна", "Абаджиева", "0888 123 456", "anna@example.bg", "14.03.1988", "Цвят 7.1", "02.11.2026"],
  ["Мария", "Колева", "0877 555 010", "", "", "сутрин", "17.10.2026"],
  ["Ivan", "Petrov-Stoyanov", "+359 2 987 65 43", "ivan@example.com", "1.5.1979", "", ""],
  ["Светлана", "Морозова", "+7 916 000-11-22", "", "30.02.1990", "Аллергия на орехи", ""],
];

export function csvPreview(options: ImportOptions | null): ImportPreview {
  return {
    id: "import-1", file_name: "clients_2026.csv", format: "csv", source: null, size_bytes: 184_320, everything: null,
    table: {
      encoding: options?.encoding ?? "windows-1251", delimiter: options?.delimiter ?? ";", sheets: [], sheet: null, header_row: options?.header.at === "none" ? null : 0,
      headers: options?.header.at === "none" ? HEADERS.map(() => "") : HEADERS, columns: options?.columns ?? COLUMNS, samples: SAMPLES, rows: 3000,
    },
    own_columns: HEADERS.map((_, i) => i < 3),
    lost: { total: 2, named: [{ line: 2, field: "birthday", name: "", kind: "date", value: "1988-03-14", stays: "--03-15" }, { line: 2, field: null, name: "Цвят", kind: "text", value: "7.1", stays: "8.3" }] },
    problem: null, created: 2981, matched: 18, skipped: 0, remembered: false, rule: "complete", refused_total: 1,
    matches: [{ line: 2, name: "Анна Абаджиева", phone: "0888 123 456", who: "Анна Стоянова Абаджиева", client: null, rule: "complete" }], matches_total: 18,
    refused: [{ line: 814, refusal: { code: "import.row_empty" } }],
    samples: SAMPLES.map((row, i) => ({ line: i + 2, name: `${row[0]} ${row[1]}`, phone: row[2] ?? "", email: row[3] ?? "", matches: i === 0 ? "Анна Стоянова Абаджиева" : null })),
  };
}

const VISITS = ["Дата визита", "Время", "Услуга", "Мастер", "Телефон"];
const VISIT_COLUMNS: HistoryColumn[] = ["date", "time", "text", "staff", "phone"];
const VISIT_ROWS = [
  ["03.09.2026", "14:30", "Стрижка", "Мария", "0888 123 456"],
  ["04.09.2026", "", "Маникюр", "Мария", "+359 2 000 00 00"],
];

/** What the fake found in a table of visits. */
export function visitsPreview(options: HistoryOptions | null): HistoryPreview {
  return {
    id: "history-1", file_name: "visits.csv", format: "csv", size_bytes: 2048,
    table: { encoding: "windows-1251", delimiter: ";", sheets: [], sheet: null, header_row: 0, headers: VISITS, columns: [], samples: VISIT_ROWS, rows: 214 },
    columns: options?.columns ?? VISIT_COLUMNS, problem: null, added: 211, clients: 87, there: 2,
    samples: [{ line: 2, client: "Анна Абаджиева", at: Date.UTC(2026, 8, 3, 11, 30), kind: "walk_in", text: "Стрижка" }],
    refused: [{ line: 3, refusal: { code: "history.no_client" } }], refused_total: 1,
  };
}

export const NOTHING_LEFT_OUT: LeftOut = { elsewhere: 0, damaged: 0, named: [] };

/** What an export of everything is without, on the fake's device. */
export const LEFT_OUT: LeftOut = { elsewhere: 3, damaged: 2, named: [{ name: "съгласие.pdf", client: "Анна Абаджиева" }] };

// What the fake found in the file that everybody imports first.

import type { ImportColumn, ImportOptions, ImportPreview } from "../lib/bindings.gen";

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
    id: "import-1", file_name: "clients_2026.csv", format: "csv", source: null, size_bytes: 184_320,
    table: {
      encoding: options?.encoding ?? "windows-1251", delimiter: options?.delimiter ?? ";", sheets: [], sheet: null, header_row: options?.header.at === "none" ? null : 0,
      headers: options?.header.at === "none" ? HEADERS.map(() => "") : HEADERS, columns: options?.columns ?? COLUMNS, samples: SAMPLES, rows: 3000,
    },
    problem: null, created: 2981, matched: 18, skipped: 0, remembered: false, rule: "complete", refused_total: 1,
    matches: [{ line: 2, name: "Анна Абаджиева", phone: "0888 123 456", who: "Анна Стоянова Абаджиева", client: null, rule: "complete" }], matches_total: 18,
    refused: [{ line: 814, refusal: { code: "import.row_empty" } }],
    samples: SAMPLES.map((row, i) => ({ line: i + 2, name: `${row[0]} ${row[1]}`, phone: row[2] ?? "", email: row[3] ?? "", matches: i === 0 ? "Анна Стоянова Абаджиева" : null })),
  };
}

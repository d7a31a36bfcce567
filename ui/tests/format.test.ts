import { beforeEach, describe, expect, it } from "vitest";
import { age, ago, birthday, day, duration, fromLocalInput, month, moment, time, toLocalInput } from "../src/lib/format";
import { setLanguage } from "../src/lib/i18n/index.svelte";
import { hue, initials } from "../src/lib/names";

const at = new Date(2026, 10, 14, 15, 5).getTime();
const plain = (text: string) => text.replace(/\s/g, " ");
beforeEach(() => setLanguage("en"));

describe("moments", () => {
  it("stand in a 24-hour clock and in the order of the country", () => {
    expect(time(at)).toBe("15:05");
    expect(time(new Date(2026, 0, 1, 0, 7).getTime())).toBe("00:07");
    expect(plain(moment(at))).toMatch(/^14 November 2026(,| at) 15:05$/);
    setLanguage("ru");
    expect(plain(moment(at))).toMatch(/^14 ноября 2026 г\.( в|,) 15:05$/);
    expect(plain(month(at))).toBe("Ноябрь 2026 г.");
    setLanguage("bg");
    expect(plain(day(at, at))).toBe("14 ноември");
    expect(plain(time(at))).toMatch(/^15:05/);
  });

  it("name the year only where it is another", () => {
    expect(day(at, at)).toBe("14 November");
    expect(day(at, new Date(2027, 1, 1).getTime())).toBe("14 November 2026");
  });

  it("say how long ago by the calendar", () => {
    const now = new Date(2026, 10, 14, 8, 0).getTime();
    expect(plain(ago(now - 5_000, now))).toBe("just now");
    expect(ago(now - 5_000, now, "short")).toBe("now");
    expect(ago(now - 5 * 60_000, now)).toBe("5 minutes ago");
    expect(ago(new Date(2026, 10, 13, 23, 0).getTime(), now)).toBe("yesterday");
    expect(ago(now - 20 * 86_400_000, now)).toBe("2 weeks ago");
    expect(ago(now - 40 * 86_400_000, now, "short")).toMatch(/^1 mo/);
    expect(ago(now - 800 * 86_400_000, now)).toBe("2 years ago");
  });

  it("say how long something took, never that it took nothing", () => {
    expect([400, 0, 1_400, 12_400, 180_000].map(duration)).toEqual(["400ms", "1ms", "1.4s", "12s", "3m"]);
  });

  it("go into an input and come back", () => {
    expect(toLocalInput(at)).toBe("2026-11-14T15:05");
    expect(fromLocalInput("2026-11-14T15:05")).toBe(at);
    expect(fromLocalInput("2026-13-44")).toBeNull();
  });
});

it("a birthday may lack its year; an age needs it", () => {
  expect(birthday({ year: null, month: 2, day: 29 })).toBe("29 February");
  expect(birthday({ year: 1988, month: 3, day: 14 })).toBe("14 March 1988");
  expect(age({ year: 1988, month: 3, day: 14 }, new Date(2026, 2, 13))).toBe(37);
  expect(age({ year: 1988, month: 3, day: 14 }, new Date(2026, 2, 14))).toBe(38);
  expect(age({ year: null, month: 3, day: 14 })).toBeNull();
  expect(age({ year: 12, month: 3, day: 14 })).toBeNull();
});

it("an avatar has letters for every sort of name, and keeps its colour", () => {
  expect(initials("Анна Стоянова Абаджиева")).toBe("АА");
  expect(initials("„Аврора“")).toBe("А");
  expect(initials("0888 123 456")).toBe("56");
  expect(initials("")).toBe("·");
  expect(initials("𝒜x 🎉 b")).toHaveLength(3);
  expect(hue("a1")).toBe(hue("a1"));
});

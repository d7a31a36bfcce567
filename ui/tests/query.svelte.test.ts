import { flushSync } from "svelte";
import { expect, it } from "vitest";
import { invalidate, query, touches, type Query } from "../src/lib/query.svelte";
import { settle } from "./start";

function inRoot<T>(interests: Parameters<typeof query>[0], fetcher: () => Promise<T> | null): { q: Query<T>; stop: () => void } {
  let q: Query<T> | undefined;
  const stop = $effect.root(() => {
    q = query(interests, fetcher);
  });
  flushSync();
  return { q: q as Query<T>, stop };
}

it("touches by topic and by row", () => {
  expect(touches([{ topic: "clients" }], [{ topic: "clients", id: null }])).toBe(true);
  expect(touches([{ topic: "client", id: "a" }], [{ topic: "client", id: "b" }])).toBe(false);
  expect(touches([{ topic: "client", id: "a" }], [{ topic: "client", id: null }])).toBe(true);
  expect(touches([{ topic: "client" }], [{ topic: "client", id: "b" }])).toBe(true);
  expect(touches([{ topic: "tags" }], [{ topic: "trash", id: null }])).toBe(false);
});

it("asks again when its topic is written, and no more once it is gone", async () => {
  let asked = 0;
  const { q, stop } = inRoot(() => [{ topic: "clients" }], () => Promise.resolve(++asked));
  await settle();
  expect(q.data).toBe(1);
  invalidate([{ topic: "trash", id: null }]);
  await settle();
  expect(q.data).toBe(1);
  invalidate([{ topic: "clients", id: "x" }]);
  await settle();
  expect(q.data).toBe(2);
  stop();
  invalidate([{ topic: "clients", id: null }]);
  await settle();
  expect(asked).toBe(2);
});

it("drops an answer that comes after a younger question", async () => {
  const answers: ((value: string) => void)[] = [];
  const { q, stop } = inRoot(() => [{ topic: "clients" }], () => new Promise<string>((done) => answers.push(done)));
  invalidate([{ topic: "clients", id: null }]);
  await settle();
  answers[1]?.("young");
  await settle();
  answers[0]?.("old");
  await settle();
  expect(q.data).toBe("young");
  stop();
});

it("keeps the last answer while a refusal is told", async () => {
  let fail = false;
  const { q, stop } = inRoot(() => [{ topic: "clients" }], () => (fail ? Promise.reject({ code: "database", params: { detail: "x" } }) : Promise.resolve(7)));
  await settle();
  fail = true;
  q.again();
  await settle();
  expect([q.data, q.refusal?.code]).toEqual([7, "database"]);
  stop();
});

import { expect, it } from "vitest";
import { T } from "../src/lib/testids";
import { all, one, press, settle, start } from "./start";

it("draws a few rows of a long list, and the arrows open cards", async () => {
  await start("#/clients", { clients: 2500 });
  const list = one(T.list);
  expect(list.dataset["total"]).toBe("2500");
  expect(all(T.listRow).length).toBeLessThan(40);
  const first = one(T.listRow).dataset["id"];
  await press(list, "Home");
  expect(location.hash).toBe(`#/clients/${first}`);
  await press(list, "ArrowDown");
  expect(location.hash).toBe(`#/clients/${all(T.listRow)[1]?.dataset["id"]}`);
  expect(all(T.listRow)[1]?.getAttribute("aria-selected")).toBe("true");
});

it("an empty book says what belongs here, with its buttons", async () => {
  await start("#/clients", { clients: 0 });
  await settle();
  expect(one(T.listEmpty).textContent).toContain("Your clients will stand here");
  one(T.listEmptyNew).click();
  await settle();
  expect(location.hash).toBe("#/clients/new");
});

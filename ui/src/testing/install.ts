// The fake in a plain browser: `?book=none|locked|open&lang=ru&theme=dark&clients=3000&demo=1&office=central`.

import { setTransport } from "../lib/backend";
import { Fake, type FakeOptions } from "./fake";

export function install(): void {
  const said = new URLSearchParams(location.search);
  const options = {
    book: said.get("book") ?? "open",
    language: said.get("lang") ?? "en",
    theme: said.get("theme") ?? "system",
    clients: Number(said.get("clients") ?? 3000),
    demo: said.has("demo"),
    office: said.get("office") ?? "off",
  } as FakeOptions;
  const fake = new Fake(options);
  setTransport(fake);
  Object.assign(window, { fake });
}

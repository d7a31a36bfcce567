import { cleanup } from "@testing-library/svelte";
import { afterEach } from "vitest";

// Missing from the pretended browser; nothing here depends on sizes.
Element.prototype.scrollIntoView ??= () => {};
globalThis.ResizeObserver ??= class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};

afterEach(() => {
  cleanup();
  location.hash = "";
  document.body.innerHTML = "";
});

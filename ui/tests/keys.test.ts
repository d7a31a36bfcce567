import { describe, expect, it } from "vitest";
import { caps, isTyping, matches, SHORTCUTS } from "../src/lib/keys";

const down = (code: string, key: string, more: Partial<KeyboardEvent> = {}) => ({ code, key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more });

describe("keys", () => {
  it("work by their place, whatever letter a Cyrillic layout puts there", () => {
    expect(matches(down("KeyK", "л", { ctrlKey: true }), "Mod+KeyK")).toBe(true);
    expect(matches(down("KeyZ", "я", { ctrlKey: true }), "Mod+KeyZ")).toBe(true);
    expect(matches(down("KeyE", "у"), "KeyE")).toBe(true);
    expect(matches(down("Slash", "."), "Slash")).toBe(true);
    expect(matches(down("Slash", ",", { shiftKey: true }), "Shift+Slash")).toBe(true);
  });

  it("take the sign itself where it lies elsewhere", () => {
    expect(matches(down("Digit7", "/", { shiftKey: true }), "Slash")).toBe(true);
    expect(matches(down("Minus", "?", { shiftKey: true }), "Shift+Slash")).toBe(true);
  });

  it("do not fire with other keys held", () => {
    expect(matches(down("KeyZ", "z", { ctrlKey: true, shiftKey: true }), "Mod+KeyZ")).toBe(false);
    expect(matches(down("KeyE", "e", { ctrlKey: true }), "KeyE")).toBe(false);
    expect(matches(down("KeyE", "e", { altKey: true }), "KeyE")).toBe(false);
  });

  it("have no two meanings in one place", () => {
    const chords = Object.values(SHORTCUTS).filter((s) => s.group === "anywhere" || s.group === "card").flatMap((s): readonly string[] => s.chords);
    expect(new Set(chords).size).toBe(chords.length);
  });

  it("are shown as on their caps", () => {
    expect(caps("Mod+KeyK")).toEqual(["Ctrl", "K"]);
    expect(caps("Shift+Slash")).toEqual(["?"]);
    expect(caps("Escape")).toEqual(["Esc"]);
  });

  it("know a text field", () => {
    const box = document.createElement("input");
    expect(isTyping(box)).toBe(true);
    box.type = "checkbox";
    expect(isTyping(box)).toBe(false);
    expect(isTyping(document.createElement("textarea"))).toBe(true);
    expect(isTyping(document.body)).toBe(false);
  });
});

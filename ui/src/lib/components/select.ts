// What a key means to a list of choices, and where the list stands.

export type Step = "show" | "choose" | "close" | number | null;

/** What a key asks of the list: to open, close or choose, or the place to go to. */
export function wanted(event: Pick<KeyboardEvent, "code">, open: boolean, cursor: number, count: number): Step {
  const PAGE = 8;
  switch (event.code) {
    case "ArrowDown":
      return open ? cursor + 1 : "show";
    case "ArrowUp":
      return open ? cursor - 1 : "show";
    case "Enter":
    case "NumpadEnter":
    case "Space":
      return open ? "choose" : "show";
    case "Escape":
      return open ? "close" : null;
    case "Home":
      return open ? 0 : null;
    case "End":
      return open ? count - 1 : null;
    case "PageDown":
      return open ? cursor + PAGE : null;
    case "PageUp":
      return open ? cursor - PAGE : null;
    default:
      return null;
  }
}

const GAP = 4;
const EDGE = 8;
const TALLEST = 320;

/** Puts the list under its button, or above where there is more room. */
export function place(list: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const below = innerHeight - at.bottom - GAP - EDGE;
  const above = at.top - GAP - EDGE;
  const up = below < Math.min(list.scrollHeight, 180) && above > below;
  list.style.minWidth = `${Math.max(at.width, 144)}px`;
  list.style.maxHeight = `${Math.min(TALLEST, up ? above : below)}px`;
  const { width, height } = list.getBoundingClientRect();
  list.style.left = `${Math.max(EDGE, Math.min(at.left, innerWidth - width - EDGE))}px`;
  list.style.top = `${up ? at.top - GAP - height : at.bottom + GAP}px`;
}

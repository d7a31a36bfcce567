// What was pasted onto a card: the pictures and files of the clipboard, as Rust takes them.

import type { PastedFile } from "./bindings.gen";
import { isTyping, matches } from "./keys";

/** More than any card takes: what is longer need not be read to its end to be refused. */
const READ_BYTES_MAX = 32 * 1024 * 1024;
/** So long a paste may take to come after its key. */
const WAIT_MS = 500;
/** So much at once: a call takes no more arguments. */
const CHUNK = 0x8000;

/** Whether a paste is for a text field, which takes the text of the clipboard, or for a question that stands open. */
function isForAnother(event: Event): boolean {
  return isTyping(event.target) || isTyping(document.activeElement) || document.querySelector("dialog[open]") !== null;
}

async function taken(file: File): Promise<PastedFile> {
  const bytes = new Uint8Array(await file.slice(0, READ_BYTES_MAX).arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return { name: file.name, content: btoa(text) };
}

/** Pictures of the clipboard that a web view does not hand out as files (WebKitGTK): asked for one by one, while a paste allows it. */
async function pictures(): Promise<PastedFile[]> {
  try {
    const found: PastedFile[] = [];
    for (const item of await navigator.clipboard.read()) {
      const type = item.types.find((type) => type.startsWith("image/"));
      if (type) found.push(await taken(new File([await item.getType(type)], "")));
    }
    return found;
  } catch {
    // Not handed out, or none there: both are told as an empty clipboard.
    return [];
  }
}

/** A web view pastes only where something can be typed: for the moment of the paste there is such a place, seen by nobody. */
function openPlace(): HTMLElement {
  const place = document.createElement("textarea");
  place.setAttribute("aria-hidden", "true");
  place.tabIndex = -1;
  Object.assign(place.style, { position: "fixed", top: "0", left: "0", width: "1px", height: "1px", opacity: "0", pointerEvents: "none" });
  document.body.append(place);
  return place;
}

/** Takes what is pasted, as long as no text field is in the way, until the returned function is called. */
export function takesPastes(take: (files: Promise<PastedFile[]>) => void): () => void {
  let place: HTMLElement | null = null;
  let before: Element | null = null;

  function close(): void {
    const had = place !== null && document.activeElement === place;
    place?.remove();
    place = null;
    if (had && before instanceof HTMLElement) before.focus({ preventScroll: true });
  }
  function pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || place || !matches(event, "Mod+KeyV") || isForAnother(event)) return;
    before = document.activeElement;
    place = openPlace();
    place.focus({ preventScroll: true });
    setTimeout(close, WAIT_MS);
  }
  function pasted(event: ClipboardEvent): void {
    if (event.defaultPrevented || (event.target !== place && isForAnother(event))) return;
    event.preventDefault();
    const data = event.clipboardData;
    const files = [...(data?.files ?? [])];
    const isText = data?.types?.includes("text/plain") ?? false;
    close();
    take(files.length > 0 || isText ? Promise.all(files.map(taken)) : pictures());
  }
  document.addEventListener("keydown", pressed);
  document.addEventListener("paste", pasted);
  return () => {
    close();
    document.removeEventListener("keydown", pressed);
    document.removeEventListener("paste", pasted);
  };
}

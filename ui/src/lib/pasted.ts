// What was pasted onto a card: the pictures and files of the clipboard, as Rust takes them.

import type { PastedFile } from "./bindings.gen";
import { isTyping } from "./keys";

/** More than any card takes: what is longer need not be read to its end to be refused. */
const READ_BYTES_MAX = 32 * 1024 * 1024;
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

/** Takes what is pasted, as long as no text field is in the way, until the returned function is called. */
export function takesPastes(take: (files: Promise<PastedFile[]>) => void): () => void {
  function pasted(event: ClipboardEvent): void {
    if (event.defaultPrevented || isForAnother(event)) return;
    event.preventDefault();
    const files = [...(event.clipboardData?.files ?? [])];
    take(Promise.all(files.map(taken)));
  }
  // Where nothing can be typed a web view offers to paste only if somebody says so beforehand.
  function offered(event: Event): void {
    if (!isForAnother(event)) event.preventDefault();
  }
  document.addEventListener("paste", pasted);
  document.addEventListener("beforepaste", offered);
  return () => {
    document.removeEventListener("paste", pasted);
    document.removeEventListener("beforepaste", offered);
  };
}

// The only door to Rust: nothing else in the window knows that a shell exists. A fake behind
// `setTransport` lets a plain browser and the tests drive every screen.

import { convertFileSrc, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Commands, Event, Refusal } from "./bindings.gen";

export interface Transport {
  /** Asks for one command; rejects with a `Refusal`. */
  call(command: string, args: unknown): Promise<unknown>;
  /** Hears everything that Rust tells unasked; the answer stops it. */
  listen(handler: (event: Event) => void): Promise<() => void>;
  /** Where a picture is looked at: an address that only the open book answers. */
  picture(what: PictureSize, id: string): string;
}

/** A small one for lists, or the whole. */
export type PictureSize = "thumb" | "whole";

const shell: Transport = {
  call: (command, args) => invoke("call", { command, args }),
  listen: (handler) => listen<Event>("clientele", (event) => handler(event.payload)),
  picture: (what, id) => convertFileSrc(`${what}/${id}`, "clientele-attachment"),
};

let transport: Transport = shell;

/** Puts another end behind the door. */
export function setTransport(next: Transport): void {
  transport = next;
}

/** The address of an attachment's picture, for an `img`. */
export function pictureUrl(what: PictureSize, id: string): string {
  return transport.picture(what, id);
}

export function isRefusal(error: unknown): error is Refusal {
  return typeof error === "object" && error !== null && typeof (error as { code?: unknown }).code === "string";
}

/** Whatever was thrown, as a refusal that can be put in words. */
export function asRefusal(error: unknown): Refusal {
  if (isRefusal(error)) return error;
  return { code: "request.bad", params: { detail: error instanceof Error ? error.message : String(error) } };
}

export async function call<K extends keyof Commands>(name: K, args: Commands[K]["args"]): Promise<Commands[K]["result"]> {
  try {
    return (await transport.call(name, args)) as Commands[K]["result"];
  } catch (error) {
    throw asRefusal(error);
  }
}

/** Hears the events of Rust until the returned function is called. */
export function onEvent(handler: (event: Event) => void): () => void {
  let stopped = false;
  let stop: (() => void) | undefined;
  transport.listen(handler).then(
    (unlisten) => (stopped ? unlisten() : (stop = unlisten)),
    (error: unknown) => console.error("no events", error),
  );
  return () => {
    stopped = true;
    stop?.();
  };
}

// Files that were dropped onto the window, and who takes them: what is shown may claim the place where they fell.

import type { Event } from "./bindings.gen";

type FilesDropped = Extract<Event, { event: "files_dropped" }>;

/** A part of the window that takes files. */
export interface Place {
  /** What it covers; none while it is not shown. */
  where: () => Element | null;
  /** Takes them; `id` names them to Rust, once. */
  take: (id: string, names: string[]) => void;
}

let places: Place[] = [];

/** Takes files that fall there until the returned function is called. */
export function takesFiles(place: Place): () => void {
  places = [place, ...places];
  return () => {
    places = places.filter((other) => other !== place);
  };
}

/** Gives dropped files to the place under them; false where there is none. */
export function fallsOn(dropped: FilesDropped): boolean {
  const place = places.find((place) => {
    const box = place.where()?.getBoundingClientRect();
    return box !== undefined && dropped.x >= box.left && dropped.x < box.right && dropped.y >= box.top && dropped.y < box.bottom;
  });
  place?.take(dropped.id, dropped.names);
  return place !== undefined;
}

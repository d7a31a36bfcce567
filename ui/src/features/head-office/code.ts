// A pairing code as people copy it: from a message, a paper, a colleague's voice.

const BETWEEN = /[\s\p{Pd}]+/gu;
const GROUP = 4;

/** The code alone: without what stands between its groups, in capitals. */
export function plainCode(typed: string): string {
  return typed.normalize("NFKC").replace(BETWEEN, "").toUpperCase();
}

/** The code in groups, to be compared with the original. */
export function inGroups(typed: string): string {
  return plainCode(typed).replace(new RegExp(`(.{${GROUP}})(?=.)`, "gu"), "$1-");
}

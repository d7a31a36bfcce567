// Initials and colours of clients.

const LETTER = /\p{L}|\p{N}/u;

/** Up to two letters; of a phone number its last two digits, of nothing a dot. */
export function initials(name: string): string {
  const head = name.slice(0, 200).trim();
  if (/^[+\d][\d\s()/-]*$/.test(head)) return head.replace(/\D/g, "").slice(-2);
  const firsts = head
    .split(/\s+/)
    .map((word) => [...word].find((letter) => LETTER.test(letter)))
    .filter((letter): letter is string => letter !== undefined);
  const chosen = firsts.length > 1 ? [firsts[0], firsts[firsts.length - 1]] : firsts;
  return chosen.join("").toLocaleUpperCase() || "·";
}

/** The same hue for the same id, spread over a circle of 18 soft colours. */
export function hue(id: string): number {
  let hash = 2166136261;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 16777619);
  return ((hash >>> 0) % 18) * 20;
}

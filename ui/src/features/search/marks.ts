// Which parts of a text to highlight for what was typed: whole letters, case and accents aside, and
// digits whatever stands between them.

export interface Part {
  text: string;
  marked: boolean;
}

/** Letters without case and accents. */
export const fold = (text: string): string => text.toLocaleLowerCase().replace(/ё/g, "е").normalize("NFD").replace(/\p{M}/gu, "");

const plain = new Map<string, string>();
/** More letters than this nobody's names have: a text of all there are must not fill the memory. */
const PLAIN_MAX = 4000;

/** One letter without case and accents, as one letter. The same few are asked for with every key. */
function plainLetter(letter: string): string {
  const known = plain.get(letter);
  if (known !== undefined) return known;
  const folded = fold(letter).charAt(0) || letter;
  if (plain.size < PLAIN_MAX) plain.set(letter, folded);
  return folded;
}

/** The text in parts, those that match the query marked. */
export function parts(text: string, query: string): Part[] {
  const letters = [...text.slice(0, 400)];
  const marked = letters.map(() => false);
  // Folding keeps one entry for each letter, so places in both are the same.
  const folded = letters.map(plainLetter);
  const flat = folded.join("");
  if (flat.length === letters.length) {
    for (const word of query.trim().split(/\s+/).slice(0, 8)) {
      const needle = [...word].map(plainLetter).join("");
      for (let at = needle ? flat.indexOf(needle) : -1; at >= 0; at = flat.indexOf(needle, at + needle.length)) marked.fill(true, at, at + needle.length);
    }
  }
  if (!marked.includes(true)) markDigits(letters, query.replace(/\D/g, ""), marked);
  const out: Part[] = [];
  letters.forEach((letter, i) => {
    const last = out[out.length - 1];
    if (last && last.marked === marked[i]) last.text += letter;
    else out.push({ text: letter, marked: marked[i] === true });
  });
  return out;
}

function markDigits(letters: string[], digits: string, marked: boolean[]): void {
  if (digits.length < 2) return;
  const places = letters.flatMap((letter, i) => (/\d/.test(letter) ? [i] : []));
  const flat = places.map((i) => letters[i]).join("");
  const at = flat.lastIndexOf(digits);
  const from = places[at];
  const to = places[at + digits.length - 1];
  if (at >= 0 && from !== undefined && to !== undefined) marked.fill(true, from, to + 1);
}

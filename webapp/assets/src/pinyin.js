// Names found by the letters of their pinyin, as webapp/search.py finds them.

export const words = (text) => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

/** As names are kept -> as it is typed as well. */
const ALSO_TYPED = { lve: 'lue', nve: 'nue' };

/** Whether letters read a name's pinyin: by syllables from any of them on, or by first letters. */
export function reads(letters, pinyin) {
  const syllables = words(pinyin);
  if (syllables.map((one) => one[0]).join('').includes(letters)) return true;
  const read = new Set([0]); // so many of the letters, by syllables so far
  let justBefore = new Set([0]); // and by the one before (or none)
  for (const one of syllables) {
    const further = new Set([0]);
    for (const place of [...read]) {
      const rest = letters.slice(place);
      for (const written of [one, ALSO_TYPED[one] ?? one]) {
        if (written === rest || (justBefore.has(place) && written.startsWith(rest))) return true;
        if (rest.startsWith(written)) further.add(place + written.length);
      }
    }
    for (const place of further) read.add(place);
    justBefore = further;
  }
  return false;
}

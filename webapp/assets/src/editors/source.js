// The file that an editor opens, as text: in the encoding that it says it is in, as modellers elsewhere write them.

const SAID = /^<\?xml[^>]*?\sencoding=["']([\w.:-]+)["']/;

function encodingOf(bytes) {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return SAID.exec(new TextDecoder('latin1').decode(bytes.subarray(0, 200)))?.[1] ?? 'utf-8';
}

/** The text, which no longer names an encoding: what is saved is UTF-8. Throws where it is not what it says. */
export async function fetched(src) {
  const answer = await fetch(src);
  if (!answer.ok) throw new Error(`${src}: ${answer.status}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const text = new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  return text.replace(SAID, (declaration, encoding) => declaration.replace(new RegExp(`\\sencoding=["']${encoding}["']`), ''));
}

// Colours that the browsers of offices do not know (oklch(), color-mix(), from Chromium 111 on) become plain ones.
// What they are mixed from stands in custom properties that have one value on every page: we have no dark theme.

const ROOTS = /^(?::root|:host|\[data-(?:bs-)?theme=["']?light["']?\]|\.djs-parent|\.djs-container|\.bio-theme-parent)$/;
const NAMED = { black: [0, 0, 0, 1], white: [1, 1, 1, 1], transparent: [0, 0, 0, 0] };
const NEWER = /\b(?:color-mix|oklch|oklab)\(/;
/** The same inside the address of a picture. */
const IN_ADDRESS = /\b(oklch|oklab)%28(.*?)%29/g;

/** Where the bracket that opens before `at` closes. */
function closing(text, at) {
  for (let depth = 1; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error(`a bracket is not closed: ${text.slice(0, 80)}`);
}

/** `text` at `separator`, but not inside brackets and quotes. */
function split(text, separator) {
  const parts = [''];
  let depth = 0;
  let quote = '';
  for (const one of text) {
    if (quote) quote = one === quote ? '' : quote;
    else if (one === '"' || one === "'") quote = one;
    else if (one === '(') depth += 1;
    else if (one === ')') depth -= 1;
    if (one === separator && depth === 0 && !quote) parts.push('');
    else parts[parts.length - 1] += one;
  }
  return parts.map((part) => part.trim());
}

/** Every declaration of a style sheet: [{selectors, name, value}]. */
function declarations(css) {
  const plain = css.replaceAll(/\/\*[\s\S]*?\*\//g, '');
  return [...plain.matchAll(/([^{};]*)\{([^{}]*)\}/g)].flatMap(([, selector, body]) => split(body, ';').filter(Boolean).map((one) => {
    const [, name, value] = /^([\w-]+)\s*:\s*([\s\S]*)$/.exec(one) ?? [];
    return { selectors: split(selector, ','), name, value };
  }).filter(({ name }) => name));
}

/**
 * `value(name, atRoot)`: that of a custom property, where it has one wherever it is read, or at the root; `unset(name)`:
 * whether nothing sets it. `taken`: values that stand, whatever is set.
 */
function knownProperties(sheets, taken) {
  const everywhere = new Map();
  const set = sheets.flatMap(declarations).filter(({ name }) => name.startsWith('--'));
  const isRoot = ({ selectors }) => selectors.every((one) => ROOTS.test(one));
  for (const { name, value } of set.filter(isRoot)) everywhere.set(name, value);
  const elsewhere = new Set(set.filter((one) => !isRoot(one) && everywhere.get(one.name) !== one.value).map(({ name }) => name));
  const names = new Set(set.map(({ name }) => name));
  return {
    value: (name, atRoot) => taken[name] ?? (atRoot || !elsewhere.has(name) ? everywhere.get(name) : undefined),
    unset: (name) => !names.has(name),
  };
}

const gammaOf = (one) => (one <= 0.0031308 ? 12.92 * one : 1.055 * one ** (1 / 2.4) - 0.055);
const linearOf = (one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);

function toOklab([red, green, blue]) {
  const [r, g, b] = [red, green, blue].map(linearOf);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromOklab([lightness, a, b]) {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((one) => gammaOf(Math.min(1, Math.max(0, one))));
}

const hex = (one) => Math.round(Math.min(1, Math.max(0, one)) * 255).toString(16).padStart(2, '0');
const written = ([red, green, blue, alpha]) => `#${hex(red)}${hex(green)}${hex(blue)}${alpha < 1 ? hex(alpha) : ''}`;

/** A number or percentage (of 1), also `calc(.25 * 100%)` and `calc(l + .05)` with `names`; NaN where it is another. */
function number(text, names = {}) {
  const calculated = /^calc\((.*)\)$/.exec(text)?.[1];
  if (calculated !== undefined) {
    const [, left, sign, right] = /^(.+?)\s*([*+-])\s+?(\S+)$/.exec(calculated.replaceAll('*', ' * ').replaceAll(/\s+/g, ' ').trim()) ?? [];
    if (!sign) return NaN;
    const [a, b] = [number(left.trim(), names), number(right, names)];
    return sign === '*' ? a * b : sign === '+' ? a + b : a - b;
  }
  if (text in names) return names[text];
  if (!/^-?[\d.]+(?:deg|%)?$/.test(text)) return NaN;
  return text.endsWith('%') ? Number.parseFloat(text) / 100 : Number.parseFloat(text);
}

/** The three coordinates and alpha of `oklch(…)` or `oklab(…)`, also with `from` another colour; null where unknown. */
function newerColour(name, inside, known) {
  const [values, opacity] = split(inside, '/');
  let parts = split(values.replaceAll(/\s+/g, ' '), ' ').filter(Boolean);
  let names = {};
  let alpha = 1;
  if (parts[0] === 'from') {
    const source = colour(parts[1], known);
    if (!source) return null;
    const [l, a, b] = toOklab(source);
    names = { l, a, b, c: Math.hypot(a, b), h: (Math.atan2(b, a) * 180) / Math.PI };
    [, , , alpha] = source;
    parts = parts.slice(2);
  }
  const [l, second, third] = parts.map((part) => number(part, names));
  if (opacity !== undefined) alpha = number(opacity);
  if (parts.length !== 3 || [l, second, third, alpha].some(Number.isNaN)) return null;
  const angle = (third * Math.PI) / 180;
  const [a, b] = name === 'oklch' ? [second * Math.cos(angle), second * Math.sin(angle)] : [second, third];
  return [...fromOklab([l, a, b]), alpha];
}

/** `color-mix(in …, one 30%, other)`, mixed with what is opaque weighing more; null where a part is unknown. */
function mixed(inside, known) {
  const [space, ...parts] = split(inside, ',');
  const halves = parts.map((part) => {
    const words = split(part.replaceAll(/\s+/g, ' '), ' ');
    const share = words.length > 1 ? number(words.at(-1)) : undefined;
    return { of: colour(words[0], known), share };
  });
  if (halves.length !== 2 || halves.some(({ of, share }) => !of || Number.isNaN(share))) return null;
  let [one, other] = halves.map(({ share }) => share);
  one ??= other === undefined ? 0.5 : 1 - other;
  other ??= 1 - one;
  const sum = one + other;
  if (!sum || !/^in (?:oklab|srgb)$/.test(space)) return null;
  const isOklab = space === 'in oklab';
  const [a, b] = halves.map(({ of }) => ({ at: isOklab ? toOklab(of) : of.slice(0, 3), alpha: of[3] }));
  const alpha = (a.alpha * one + b.alpha * other) / sum;
  const at = a.at.map((value, index) => (alpha ? (value * a.alpha * one + b.at[index] * b.alpha * other) / sum / alpha : 0));
  return [...(isOklab ? fromOklab(at) : at), alpha * Math.min(1, sum)];
}

/** What `text` is as red, green, blue and alpha from 0 to 1; null where only the page knows. */
function colour(text, known) {
  if (text.toLowerCase() in NAMED) return NAMED[text.toLowerCase()];
  const digits = /^#([\da-f]{3,8})$/i.exec(text)?.[1];
  if (digits) {
    const full = digits.length < 5 ? [...digits].map((one) => one + one).join('') : digits;
    const [red, green, blue, alpha = 255] = full.match(/../g).map((pair) => Number.parseInt(pair, 16));
    return [red / 255, green / 255, blue / 255, alpha / 255];
  }
  const [, name, inside] = /^([\w-]+)\(([\s\S]*)\)$/.exec(text) ?? [];
  if (name === 'color-mix') return mixed(inside, known);
  if (name === 'oklch' || name === 'oklab') return newerColour(name, inside, known);
  if (name === 'rgb' || name === 'rgba') {
    const [red, green, blue, alpha = '1'] = inside.split(/[\s,/]+/).filter(Boolean);
    const parts = [red, green, blue].map((one) => (one.endsWith('%') ? number(one) : number(one) / 255));
    return [...parts, number(alpha)].some(Number.isNaN) ? null : [...parts, number(alpha)];
  }
  if (name === 'hsl' || name === 'hsla') {
    const [hue, saturation, lightness, alpha = '1'] = inside.split(/[\s,/]+/).filter(Boolean).map((one) => number(one));
    const wave = (shift) => {
      const place = (shift + hue / 30) % 12;
      return lightness - saturation * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(place - 3, 9 - place, 1));
    };
    const parts = [wave(0), wave(8), wave(4), Number(alpha)];
    return parts.some(Number.isNaN) ? null : parts;
  }
  return null;
}

/** `text` with every custom property that is known; null where one is not. */
function resolved(text, known, atRoot, depth = 0) {
  const at = text.indexOf('var(');
  if (at < 0) return text;
  if (depth > 20) return null;
  const end = closing(text, at + 4);
  const [name, ...rest] = split(text.slice(at + 4, end), ',');
  const value = known.value(name, atRoot) ?? (known.unset(name) ? rest.join(', ') : '');
  return value ? resolved(text.slice(0, at) + value + text.slice(end + 1), known, atRoot, depth + 1) : null;
}

/** Whether what stands before is a rule for the root: what it sets is made of the values there. */
function standsAtRoot(before) {
  const open = before.lastIndexOf('{');
  const prelude = before.slice(0, open).split(/[{};]|\*\//).at(-1);
  return open >= 0 && split(prelude, ',').every((one) => ROOTS.test(one));
}

/** A mixture with nothing of the other colour is the one colour, whatever that is. */
function whole(text, known, atRoot) {
  const [, first, second] = split(/^color-mix\(([\s\S]*)\)$/.exec(text)?.[1] ?? '', ',');
  const [one, ...share] = split((first ?? '').replaceAll(/\s+/g, ' '), ' ');
  const part = share.length === 1 && resolved(share[0], known, atRoot);
  return second && part && number(part) === 1 ? one : null;
}

function withPlain(css, known) {
  let done = '';
  let rest = css;
  for (let found = NEWER.exec(rest); found; found = NEWER.exec(rest)) {
    const end = closing(rest, found.index + found[0].length) + 1;
    const newer = rest.slice(found.index, end);
    done += rest.slice(0, found.index);
    rest = rest.slice(end);
    const atRoot = standsAtRoot(done);
    const text = resolved(newer, known, atRoot);
    const plain = text && colour(text, known);
    done += plain ? written(plain) : whole(newer, known, atRoot) ?? newer;
  }
  return (done + rest).replaceAll(IN_ADDRESS, (address, name, inside) => {
    const plain = colour(`${name}(${decodeURIComponent(inside)})`, known);
    return plain ? encodeURIComponent(written(plain)) : address;
  });
}

/**
 * What makes the colours of a style sheet plain, by what `sheets`, which are shown together, set; `taken` has custom
 * properties with a value that stands whatever is set. What only the page knows stays as it is.
 */
export function plainColours(sheets, taken = {}) {
  const known = knownProperties(sheets, taken);
  return (css) => withPlain(css, known);
}

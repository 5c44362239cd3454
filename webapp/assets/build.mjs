// Builds ../static/dist: hashed scripts and styles, icons.svg, manifest.json, THIRD_PARTY.txt.
// Usage: node build.mjs [--watch]

import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

import * as esbuild from 'esbuild';
import * as sass from 'sass';

import { plainColours } from './colours.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const DIST = join(HERE, '..', 'static', 'dist');
const MODULES = join(HERE, 'node_modules');
const FONTS = join(HERE, '..', 'printing', 'fonts');

/** What documents are printed with as PDF: the whole font, so that rare names come out. */
const PRINTED = '@expo-google-fonts/noto-serif-sc';
const WEIGHTS = ['400Regular', '700Bold'];

/** What the viewer of PDFs asks for by name while it works: its worker, character maps, fonts, and a decoder. */
const PDFJS = 'pdfjs-dist';
const PDFJS_VERSION = JSON.parse(readFileSync(join(MODULES, PDFJS, 'package.json'), 'utf8')).version;
const PDFJS_FOLDER = `pdfjs-${PDFJS_VERSION}`;
const PDFJS_FILES = {
  'legacy/build/pdf.worker.min.mjs': 'worker.js',
  cmaps: 'cmaps',
  standard_fonts: 'standard_fonts',
  'wasm/openjpeg_nowasm_fallback.js': 'decoders/openjpeg_nowasm_fallback.js',
};

const ENTRIES = {
  app: 'src/app.js',
  camera: 'src/camera.js',
  signature: 'src/signature.js',
  'case-diagram': 'src/case-diagram.js',
  designer: 'src/designer.js',
  'decision-editor': 'src/decision-editor.js',
  'form-editor': 'src/form-editor.js',
  documents: 'src/documents.js',
  'site-visit': 'src/site-visit.js',
  'token-mode': 'src/token-mode.js',
  styles: 'src/styles/styles.css',
  print: 'src/styles/print.css',
};

/** Browsers of offices: Chromium 109 is the last one on Windows 7; the domestic browsers follow it. */
const TARGET = ['chrome109', 'firefox115', 'safari16'];

/** `light-dark(a, b)` becomes `a`: we have no dark theme, and Chromium 109 does not know the function. */
export function onlyLight(css) {
  const mark = 'light-dark(';
  let start;
  while ((start = css.indexOf(mark)) >= 0) {
    let depth = 1;
    let comma = -1;
    let at = start + mark.length;
    for (; depth > 0; at += 1) {
      if (at >= css.length) throw new Error('light-dark( without its closing bracket');
      if (css[at] === '(') depth += 1;
      if (css[at] === ')') depth -= 1;
      if (css[at] === ',' && depth === 1 && comma < 0) comma = at;
    }
    css = css.slice(0, start) + css.slice(start + mark.length, comma).trim() + css.slice(at);
  }
  return css;
}

/** What libraries bring, in the order of the pages that show them. */
const LIBRARY_STYLES = ['diagram-js/assets/diagram-js.css', 'bpmn-js/dist/assets/bpmn-js.css', 'diagram-js-minimap/assets/diagram-js-minimap.css'];

/** Scroll bars have one colour: Tabler's own of code on a dark ground is not ours. */
const BARS = { '--scrollbar-color': 'var(--body-color)' };

const tablerStyles = {
  name: 'tabler-styles',
  setup(build) {
    const own = readdirSync(join(HERE, 'src/styles')).filter((name) => name.endsWith('.css'));
    const texts = (folder, names) => names.map((name) => readFileSync(join(folder, name), 'utf8'));
    build.onLoad({ filter: /\.scss$/ }, ({ path }) => {
      const { css, loadedUrls } = sass.compile(path, { loadPaths: [MODULES], quietDeps: true });
      const light = onlyLight(css);
      const plain = plainColours([light, ...texts(join(HERE, 'src/styles'), own)], BARS);
      return { contents: plain(light), loader: 'css', watchFiles: loadedUrls.map(fileURLToPath) };
    });
    build.onLoad({ filter: /node_modules\/.*\.css$/ }, ({ path }) => {
      const plain = plainColours(texts(MODULES, LIBRARY_STYLES));
      return { contents: plain(readFileSync(path, 'utf8')), loader: 'css' };
    });
  },
};

/** CodeMirror puts its rules into a <style> tag, which our policy forbids, unless it may adopt style sheets. */
const adoptedStyles = {
  name: 'adopted-styles',
  setup(build) {
    build.onLoad({ filter: /style-mod\/src\/style-mod\.js$/ }, ({ path }) => {
      const asked = '!root.head && root.adoptedStyleSheets';
      const contents = readFileSync(path, 'utf8');
      if (!contents.includes(asked)) throw new Error(`style-mod no longer asks "${asked}"`);
      return { contents: contents.replace(asked, 'root.adoptedStyleSheets'), loader: 'js' };
    });
  },
};

const SAID = `import { said as __said } from ${JSON.stringify(join(HERE, 'src/editors/said.js'))};`;

/** What of a library nobody needs here: statements that keep it from being left out; and what it says past its hook. */
const UNUSED = [
  [/bpmn-js-properties-panel\/dist\/index\.esm\.js$/, [
    "CamundaPlatformPropertiesProvider.$inject = ['propertiesPanel', 'injector'];",
  ]],
  [/bpmn-js-element-templates\/dist\/index\.esm\.js$/, [
    "\nElementTemplatesPropertiesProvider.$inject = ['elementTemplates', 'propertiesPanel', 'injector'];",
    "\nChangeElementTemplateHandler.$inject = ['bpmnFactory', 'bpmnReplace', 'commandStack', 'modeling'];",
    "\nRemoveElementTemplateHandler.$inject = ['modeling', 'elementFactory', 'elementRegistry', 'canvas', 'bpmnFactory', 'replace', 'commandStack'];",
    "\nElementTemplatesCommands.$inject = ['commandStack', 'elementTemplates', 'eventBus'];",
    "\nReplaceBehavior.$inject = ['elementTemplates', 'injector'];",
  ], ['title: "Toggle section"', 'title: "Select a template"']],
];

/** A name in FEEL may have blanks, so the library takes "then drug" for the beginning of one; a keyword ends it. */
const KEYWORDS = 'if|then|else|and|or|for|in|return|some|every|satisfies|between';
const BEGUN = ['/\\w[\\w ]*$/', `/\\b(?!(?:${KEYWORDS})\\b)\\w(?:(?! (?:${KEYWORDS})\\b)[\\w ])*$/`];

const namesBehindKeywords = {
  name: 'names-behind-keywords',
  setup(build) {
    build.onLoad({ filter: /@bpmn-io\/feel-editor\/dist\/index\.js$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8');
      if (!contents.includes(BEGUN[0])) throw new Error(`${path} no longer asks ${BEGUN[0]}`);
      return { contents: contents.replace(...BEGUN), loader: 'js' };
    });
  },
};

/** Another engine's dialect in the panel of properties is left out: its classes are named by nothing else. */
const withoutUnused = {
  name: 'without-unused',
  setup(build) {
    for (const [filter, statements, told = []] of UNUSED) {
      build.onLoad({ filter }, ({ path }) => {
        let contents = readFileSync(path, 'utf8');
        for (const statement of statements) {
          if (!contents.includes(statement)) throw new Error(`${path} no longer says ${statement.trim()}`);
          contents = contents.replace(statement, '');
        }
        for (const one of told) {
          if (!contents.includes(one)) throw new Error(`${path} no longer says ${one}`);
          contents = contents.replaceAll(one, one.replace(/"(.*)"/, '__said("$1")'));
        }
        return { contents: told.length ? `${SAID}\n${contents}` : contents, loader: 'js' };
      });
    }
    // What the panel's expressions complete besides variables.
    build.onResolve({ filter: /^@bpmn-io\/feel-editor$/ }, ({ importer }) => (
      /@bpmn-io\/properties-panel\/dist/.test(importer) ? { path: join(HERE, 'src/editors/feel-editor.js') } : null
    ));
    // The panel of a diagram has no texts with places in them; forms have, and get the editor by their own import.
    build.onResolve({ filter: /^@bpmn-io\/feelers-editor$/ }, ({ importer }) => (
      /@bpmn-io\/properties-panel\/dist/.test(importer) ? { path: join(HERE, 'src/designer/no-feelers.js') } : null
    ));
  },
};

/** Libraries without a hook for translation: their texts are said by src/editors/said.js. */
const SPOKEN = [
  { filter: /@bpmn-io\/form-js-(editor|viewer)\/dist\/index\.es\.js$/, words: 'src/form-editor/zh.js', name: 'LIBRARY' },
  { filter: /@bpmn-io\/properties-panel\/dist\/index\.esm\.js$/, words: 'src/editors/zh-panel.js', name: 'PANEL' },
  { filter: /@bpmn-io\/(lang-feel|feel-lint)\/dist\/index(\.esm)?\.js$/, words: 'src/editors/zh-feel.js', name: 'FEEL' },
  { filter: /(dmn-js-decision-table\/lib\/features\/(context-menu\/ContextMenu|drag-and-drop\/DragAndDrop)|dmn-js-boxed-expression\/lib\/features\/[\w/-]+\/(ElementVariableEditorComponent|FormalParametersEditor|ElementLogic)|dmn-js-shared\/lib\/components\/List|diagram-js\/lib\/features\/popup-menu\/PopupMenuComponent)\.js$/, words: 'src/editors/zh-more.js', name: 'MORE' },
];

const quoted = (text) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** `contents` with every text of `words` given to `said`, and what was found. Comparisons and names of keys stay. */
export function spoken(contents, words, found) {
  let changed = contents;
  for (const text of Object.keys(words)) {
    const inSource = quoted(JSON.stringify(text).slice(1, -1)).replaceAll("'", "\\\\?'").replaceAll('\\\\"', '\\\\?"');
    const literal = new RegExp(`(?<![!=]==? |case |from |import )(?:'${inSource}'|"${inSource}")(?!:)`, 'g');
    changed = changed.replaceAll(literal, () => {
      found.add(text);
      return `__said(${JSON.stringify(text)})`;
    });
  }
  return changed;
}

const spokenTexts = {
  name: 'spoken-texts',
  async setup(build) {
    for (const { filter, words, name } of SPOKEN) {
      const { [name]: texts, PATTERNS = [] } = await import(pathToFileURL(join(HERE, words)));
      const found = new Set();
      build.onLoad({ filter }, ({ path }) => {
        let contents = readFileSync(path, 'utf8');
        for (const [from, to] of PATTERNS) {
          if (contents.includes(from)) found.add(from);
          contents = contents.replaceAll(from, to);
        }
        contents = spoken(contents, texts, found);
        return { contents: `${SAID}\n${contents}`, loader: 'js' };
      });
      build.onEnd(() => {
        const gone = [...Object.keys(texts), ...PATTERNS.map(([from]) => from)].filter((text) => !found.has(text));
        if (gone.length) throw new Error(`${words}: no library says ${gone.map((text) => JSON.stringify(text)).join(', ')}`);
      });
    }
  },
};

const hash = (text) => createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase();

/** Our icons, cut from Tabler's sprite. Every name in icons.txt must exist there. */
function icons() {
  const sprite = readFileSync(join(MODULES, '@tabler/icons-sprite/dist/tabler-sprite.svg'), 'utf8');
  const names = readFileSync(join(HERE, 'src/icons.txt'), 'utf8').split(/\s+/).filter(Boolean);
  const symbols = names.map((name) => {
    const start = sprite.indexOf(`<symbol id="tabler-${name}"`);
    if (start < 0) throw new Error(`icons.txt names "${name}", which Tabler does not have`);
    const end = sprite.indexOf('</symbol>', start) + '</symbol>'.length;
    return sprite.slice(start, end).replace(`id="tabler-${name}"`, `id="${name}"`);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`;
}

/** The fonts of PDFs with their licence, beside the code that prints. */
function fonts() {
  mkdirSync(FONTS, { recursive: true });
  for (const weight of WEIGHTS) {
    const name = `NotoSerifSC_${weight}.ttf`;
    copyFileSync(join(MODULES, PRINTED, weight, name), join(FONTS, name));
  }
  copyFileSync(join(MODULES, PRINTED, 'LICENSE_FONT'), join(FONTS, 'OFL.txt'));
}

/** The files of the PDF viewer, under its version: another version is another address. */
function pdfjs() {
  for (const [from, to] of Object.entries(PDFJS_FILES)) {
    cpSync(join(MODULES, PDFJS, from), join(DIST, PDFJS_FOLDER, to), { recursive: true });
  }
}

/** Name and version of each bundled package, with the text of its licence. */
function thirdParty(inputs) {
  const packages = new Set(['@tabler/core', '@tabler/icons-sprite', PDFJS, PRINTED]);
  for (const path of inputs) {
    const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
    if (found) packages.add(found[1]);
  }
  return [...packages].sort().map((name) => {
    const folder = join(MODULES, name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    // Tabler's package has no licence file; its text is kept here.
    const kept = join(HERE, 'licences', `${name.replaceAll(/[@/]/g, '')}.txt`);
    const text = readFileSync(file ? join(folder, file) : kept, 'utf8').trim();
    return `${name} ${version} (${license ?? 'see below'})\n\n${text}\n`;
  }).join(`\n${'-'.repeat(78)}\n\n`);
}

/** The service worker of visit pages: one plain script, as the browsers of TARGET do not all take modules there. */
function worker() {
  const { outputFiles } = esbuild.buildSync({
    absWorkingDir: HERE,
    entryPoints: ['src/visit/worker.js'],
    bundle: true,
    format: 'iife',
    target: TARGET,
    charset: 'utf8',
    minify: true,
    write: false,
  });
  return outputFiles[0].text;
}

/** What is answered packed: texts; fonts and character maps are packed already. */
const TEXTS = new Set(['.js', '.css', '.svg', '.txt']);

/** Beside every text its packed form, made once: pages would wait for each other while the server packs. */
function pack() {
  for (const name of readdirSync(DIST, { recursive: true })) {
    if (TEXTS.has(extname(name))) writeFileSync(join(DIST, `${name}.gz`), gzipSync(readFileSync(join(DIST, name)), { level: 9 }));
  }
}

/** Writes what esbuild does not, and removes files of earlier builds. */
function finish(metafile) {
  const manifest = {};
  for (const [path, output] of Object.entries(metafile.outputs)) {
    const name = relative(DIST, join(HERE, path));
    if (output.entryPoint) manifest[name.replace(/-[A-Z0-9]{8}\./, '.')] = name;
    if (output.cssBundle) {
      const css = relative(DIST, join(HERE, output.cssBundle));
      manifest[css.replace(/-[A-Z0-9]{8}\./, '.')] = css;
    }
  }
  fonts();
  pdfjs();
  const sprite = icons();
  manifest['icons.svg'] = `icons-${hash(sprite)}.svg`;
  writeFileSync(join(DIST, manifest['icons.svg']), sprite);
  const visits = worker();
  manifest['visit-worker.js'] = `visit-worker-${hash(visits)}.js`;
  writeFileSync(join(DIST, manifest['visit-worker.js']), visits);
  writeFileSync(join(DIST, 'THIRD_PARTY.txt'), thirdParty(Object.keys(metafile.inputs)));
  const sorted = Object.fromEntries(Object.entries(manifest).sort());
  writeFileSync(join(DIST, 'manifest.json'), `${JSON.stringify(sorted, null, 2)}\n`);

  const kept = new Set(Object.keys(metafile.outputs).map((path) => relative(DIST, join(HERE, path))));
  for (const name of [manifest['icons.svg'], manifest['visit-worker.js'], PDFJS_FOLDER, 'THIRD_PARTY.txt', 'manifest.json']) kept.add(name);
  for (const name of readdirSync(DIST)) {
    if (!kept.has(name)) rmSync(join(DIST, name), { recursive: true });
  }
  pack();
}

const finishing = {
  name: 'finish',
  setup(build) {
    build.onEnd(({ errors, metafile }) => {
      if (!errors.length) finish(metafile);
    });
  },
};

const options = {
  absWorkingDir: HERE,
  entryPoints: ENTRIES,
  outdir: DIST,
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: TARGET,
  charset: 'utf8',
  define: { PDFJS_FOLDER: JSON.stringify(PDFJS_FOLDER) },
  minify: true,
  metafile: true,
  logLevel: 'info',
  legalComments: 'none',
  alias: {
    '@bpmn-io/element-templates-validator': './src/designer/no-validator.js',
    '@camunda/feel-builtins': './src/editors/feel-functions.js',
  },
  loader: { '.woff2': 'file', '.woff': 'empty', '.ttf': 'empty', '.eot': 'empty', '.svg': 'empty' },
  assetNames: '[name]-[hash]',
  plugins: [tablerStyles, adoptedStyles, namesBehindKeywords, withoutUnused, spokenTexts, finishing],
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!existsSync(MODULES)) throw new Error('run "npm ci" in webapp/assets first');
  mkdirSync(DIST, { recursive: true });
  if (process.argv.includes('--watch')) {
    await (await esbuild.context(options)).watch();
  } else {
    await esbuild.build(options);
  }
}

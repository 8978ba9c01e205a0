// SPDX-License-Identifier: EUPL-1.2
// Makes the static files of the binary:  node web/build.mjs OUT_DIR
// The parts of the State design system that we use become one style sheet, with the fonts, icons and
// dark scheme that they need; every file gets a name that holds the hash of its content, so that
// browsers may keep it for ever. manifest.json tells the names. No dependency but the design system.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { parse, print, splitSelectors } from './css.mjs';
import { components, dropped, fonts } from './parts.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const dsfr = resolve(here, '../node_modules/@gouvfr/dsfr/dist');
const out = process.argv[2];
if (!out) {
  console.error('usage: node web/build.mjs OUT_DIR');
  process.exit(2);
}

// The icons that our templates and styles use.
const slices = resolve(here, '../src');
const users = readdirSync(slices)
  .map((slice) => join(slices, slice, 'templates'))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
  .concat(join(here, 'campus.css'));
const icons = [...new Set(users.flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/fr-icon-([a-z0-9]+(?:-[a-z0-9]+)*)/g)].map((match) => match[1])))].sort();

// --- the files, hashed -------------------------------------------------------------------------

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const manifest = {};

// Stores the file and returns its URL.
function emit(name, type, content) {
  const bytes = Buffer.from(content);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  const file = name.replace(/(\.\w+)$/, `.${hash}$1`);
  writeFileSync(join(out, file), bytes);
  manifest[name] = { file, type };
  const packed = {
    br: brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_LGWIN]: 22,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
    gz: gzipSync(bytes, { level: 9 }),
  };
  for (const [extension, small] of Object.entries(packed)) {
    if (small.length < bytes.length * 0.95) writeFileSync(join(out, `${file}.${extension}`), small);
  }
  return `/static/${file}`;
}

// --- the style sheet ---------------------------------------------------------------------------

// Icons become data: images in custom properties: one request less each, and written once however
// many rules use them.
const icon_images = new Map();
function icon_variable(path) {
  const name = `--i-${path.match(/([^/]+)\.svg$/)[1]}`;
  if (!icon_images.has(name)) {
    const svg = readFileSync(path, 'utf8').replace(/\s+/g, ' ').replace(/> </g, '><').trim()
      .replaceAll('"', "'").replace(/[#%<>]/g, (c) => encodeURIComponent(c));
    icon_images.set(name, `url("data:image/svg+xml,${svg}")`);
  }
  return `var(${name})`;
}

function read_css(path) {
  const folder = dirname(path);
  const text = readFileSync(path, 'utf8')
    .replace(/url\(\s*["']?([^"')]+\.svg)["']?\s*\)/g, (_, file) =>
      file.startsWith('data:') ? _ : icon_variable(join(folder, file)));
  return parse(text);
}

function each_rule(nodes, visit) {
  return nodes.flatMap((node) => {
    if (!node.nodes) return visit(node);
    const inner = each_rule(node.nodes, visit);
    return inner.length ? [{ ...node, nodes: inner }] : [];
  });
}

function without_dropped(nodes) {
  const current = nodes.filter((node) => !node.prelude.startsWith('@-moz-document')); // Firefox 60
  return each_rule(current, (rule) => {
    if (rule.prelude.startsWith('@')) return rule.prelude.startsWith('@font-face') ? [] : [rule];
    const kept = splitSelectors(rule.prelude)
      .map((s) => s.replace(/:not\(\[class[\^*]=" ?fr-fi-"\]\)|:not\(\[class\^=fr-fi-\]\)/g, ''))
      .filter((s) => !dropped.some((d) => d.test(s.replace(/:not\([^()]*\)/g, ''))));
    return kept.length && rule.body ? [{ ...rule, prelude: kept.join(',') }] : [];
  });
}

// The design system sets its dark scheme with a script, on [data-fr-theme]. Ours follows the system,
// without script, unless the page says data-fr-scheme="light" or "dark".
const theme = /(?::root)?\[data-fr-theme=dark\]/;
function with_dark_scheme(nodes) {
  return each_rule(nodes, (rule) => {
    const selectors = rule.prelude.startsWith('@') ? [] : splitSelectors(rule.prelude);
    const dark = selectors.filter((s) => theme.test(s));
    if (!dark.length) return [rule];
    const light = selectors.filter((s) => !theme.test(s));
    const as = (root) => dark.map((s) => s.replace(theme, root)).join(',');
    return [
      ...(light.length ? [{ ...rule, prelude: light.join(',') }] : []),
      { ...rule, prelude: as(':root[data-fr-scheme=dark]') },
      {
        prelude: '@media screen and (prefers-color-scheme:dark)',
        nodes: [{ ...rule, prelude: as(':root:not([data-fr-scheme=light])') }],
      },
    ];
  });
}

// Most of the design system's colours belong to parts that we do not use: a custom property that
// nothing reads goes, again and again until nothing more does.
function without_unread_properties(nodes) {
  for (;;) {
    const read = new Set(print(nodes).match(/(?<=var\(\s*)--[\w-]+/g));
    let removed = 0;
    nodes = each_rule(nodes, (rule) => {
      const body = rule.body.filter(([name]) => !name.startsWith('--') || read.has(name));
      removed += rule.body.length - body.length;
      return body.length ? [{ ...rule, body }] : [];
    });
    if (!removed) return nodes;
  }
}

function style_sheet() {
  const faces = fonts.map(({ file, weight, style, name }) => {
    const url = emit(name, 'font/woff2', readFileSync(join(dsfr, 'fonts', file)));
    return {
      prelude: '@font-face',
      body: [['font-family', 'Marianne'], ['src', `url(${url}) format("woff2")`],
        ['font-weight', weight], ['font-style', style], ['font-display', 'swap']],
    };
  });
  const part = (path) => read_css(join(dsfr, path));
  const component = (name, media) => part(`component/${name}/${name}.${media}.min.css`);
  const folders = readdirSync(join(dsfr, 'icons')).map((folder) => join(dsfr, 'icons', folder));
  const icon_rules = icons.map((name) => {
    const folder = folders.find((f) => existsSync(join(f, `${name}.svg`)));
    if (!folder) throw new Error(`the design system has no icon "${name}"`);
    const image = icon_variable(join(folder, `${name}.svg`));
    return {
      prelude: `.fr-icon-${name}:before,.fr-icon-${name}:after`,
      body: [['-webkit-mask-image', image], ['mask-image', image]],
    };
  });
  let nodes = without_dropped([
    ...part('core/core.main.min.css'),
    ...part('scheme/scheme.min.css'),
    ...components.flatMap((name) => component(name, 'main')),
    ...icon_rules,
    ...part('core/core.print.min.css'),
    ...components.flatMap((name) => component(name, 'print')),
    ...read_css(join(here, 'campus.css')),
  ]);
  nodes = with_dark_scheme(nodes);
  const images = [...icon_images].sort(([a], [b]) => (a < b ? -1 : 1));
  nodes = without_unread_properties([...faces, { prelude: ':root', body: images }, ...nodes]);
  return '/*! Design system of the State (DSFR), Etalab-2.0, restricted to State sites; ' +
    `Campus, EUPL-1.2 */\n${print(nodes)}\n`;
}

// The official button of ProConnect has its emblem inside, and one page shows it: a sheet of its own.
// The colours that it names are those of our buttons, in campus.css.
function connect_sheet() {
  const nodes = each_rule(read_css(join(dsfr, 'component/connect/connect.main.min.css')), (rule) => {
    const kept = splitSelectors(rule.prelude).filter((s) => !/--plus|disabled|:not\(/.test(s));
    const franceconnect = /^\.fr-connect::?before$/.test(rule.prelude);
    const body = rule.body?.filter(([name]) => !(franceconnect && name === 'background-image'));
    return kept.length && body?.length ? [{ ...rule, prelude: kept.join(','), body }] : [];
  });
  return `/*! Design system of the State (DSFR), Etalab-2.0, restricted to State sites */\n${print(nodes)}\n`;
}

emit('connect.css', 'text/css; charset=utf-8', connect_sheet());
emit('campus.css', 'text/css; charset=utf-8', style_sheet());
emit('campus.js', 'text/javascript; charset=utf-8', readFileSync(join(here, 'campus.js')));
emit('passkey.js', 'text/javascript; charset=utf-8', readFileSync(join(here, 'passkey.js')));
emit('favicon.svg', 'image/svg+xml', readFileSync(join(here, 'favicon.svg')));
writeFileSync(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);

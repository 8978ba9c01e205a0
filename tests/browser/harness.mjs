// SPDX-License-Identifier: EUPL-1.2
// A real server on a fresh database and a real browser (Debian's Chromium), for the tests beside.
//   CAMPUS_BINARY  the server; default build/release/campus
//   CAMPUS_URL     a server that already runs with demonstration data; then none is started
//   CHROMIUM       the browser; default /usr/bin/chromium-headless-shell, which is Chromium without
//                  windows and costs half of it
//   CAMPUS_DEMONSTRATION  a database with the demonstration data, to copy; else each server loads it
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = resolve(fileURLToPath(import.meta.url), '../../..');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// --- the server --------------------------------------------------------------------------------

// A port that is free now, for who must name it beforehand.
export function freePort() {
  return new Promise((done, fail) => {
    const server = createServer().on('error', fail).listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

// {url, stop()}; `database` as on the command line, by default a new SQLite file; `publicUrl`: also
// where it is asked for; `options`: further ones, of a server that is always our own. Whatever the
// server says on its error output is shown when it does not start.
export async function startServer({ database, listen = '127.0.0.1:0', publicUrl, options = [] } = {}) {
  if (process.env.CAMPUS_URL && !options.length) {
    return { url: process.env.CAMPUS_URL.replace(/\/$/, ''), stop: async () => {} };
  }
  const binary = process.env.CAMPUS_BINARY ?? join(root, 'build/release/campus');
  const folder = mkdtempSync(join(tmpdir(), 'campus-browser-'));
  const place = database ?? `sqlite:${join(folder, 'campus.db')}`;
  if (process.env.CAMPUS_DEMONSTRATION && !database) {
    copyFileSync(process.env.CAMPUS_DEMONSTRATION, join(folder, 'campus.db'));
  } else {
    execFileSync(binary, ['load-demo', '--database', place], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const server = spawn(binary, ['serve', '--demo', '--listen', listen, '--database', place,
    ...(publicUrl ? ['--public-url', publicUrl] : []), ...options],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  server.stderr.on('data', (text) => { said = (said + text).slice(-4000); });
  const ended = new Promise((done) => server.on('exit', done));
  const url = await new Promise((done, fail) => {
    createInterface({ input: server.stdout }).on('line', (line) => {
      const match = line.match(/listening on (http:\/\/[\w.:]+)/);
      if (match) done(publicUrl ?? match[1]);
    });
    ended.then((code) => fail(new Error(`the server ended with ${code}:\n${said}`)));
    setTimeout(() => fail(new Error(`the server does not listen after 30 s:\n${said}`)), 30_000).unref();
  });
  return {
    url,
    said: () => said,
    async stop() {
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// --- the browser -------------------------------------------------------------------------------

let browser;
export async function startBrowser() {
  browser ??= await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
    // Its script engine needs a tenth less without threads of its own: the cores are full anyway.
    args: ['--js-flags=--single-threaded', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}
export async function stopBrowser() {
  await browser?.close();
  browser = undefined;
}

// A page in a context of its own (nobody signed in, empty cache). page.seen gathers what went wrong
// since the last checkPage(), and the bytes transferred so far.
export async function newPage({ url, width = 1280, javascript = true, language = 'fr-FR', scheme = 'light' }) {
  await startBrowser();
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height: width < 600 ? 740 : 900 },
    locale: language,
    colorScheme: scheme,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.seen = { problems: [], bytes: 0 };
  page.on('pageerror', (error) => page.seen.problems.push(`script: ${error.message}`));
  page.on('console', (message) => {
    // The status of the page itself is the test's own matter (a refused form is a 422).
    const own = message.text().startsWith('Failed to load resource') &&
      message.location().url === page.url();
    if (message.type() === 'error' && !own) {
      page.seen.problems.push(`console: ${message.text()} ${message.location().url}`);
    }
  });
  page.on('requestfailed', (request) => {
    if (!request.isNavigationRequest()) page.seen.problems.push(`request failed: ${request.url()}`);
  });
  page.javascript = javascript;
  const network = page.network = await context.newCDPSession(page);
  await network.send('Network.enable');
  // Not Playwright's javaScriptEnabled: this one can be lifted for axe.
  await network.send('Emulation.setScriptExecutionDisabled', { value: !javascript });
  network.on('Network.loadingFinished', ({ encodedDataLength }) => { page.seen.bytes += encodedDataLength; });
  return page;
}

// The people that the demonstration's sign-in page offers: [{name, role}].
export async function demoPeople(page) {
  await page.goto('/sign-in');
  return page.locator('main form button[type=submit], main form button:not([type])').evaluateAll((buttons) =>
    buttons.map((button) => {
      const headings = [...document.querySelectorAll('main h2, main h3')]
        .filter((h) => h.compareDocumentPosition(button) & Node.DOCUMENT_POSITION_FOLLOWING);
      const role = button.closest('[data-role]')?.dataset.role ?? headings.at(-1)?.textContent;
      return { name: button.textContent.trim().replace(/\s+/g, ' '), role: (role ?? '').trim() };
    }));
}

export async function signInAs(page, name) {
  await page.goto('/sign-in');
  await page.locator('main').getByRole('button', { name }).first().click();
  await page.getByRole('banner').getByRole('button', { name: /déconnecter|sign out/i }).waitFor();
}

// --- what must hold on every page --------------------------------------------------------------

// What accessibility rules read of a page, without the words: each element below which elements, with
// which attributes, and the outline of headings and landmarks. A page that has nothing new, at one
// width and in one scheme, is to axe what others were.
const shapesOf = () => {
  const told = /^(aria-.*|role|class|type|alt|title|lang|tabindex|for|id|scope|disabled|hidden|open)$/;
  const value = ({ name, value: text }) => (/^(title|alt|aria-label)$/.test(name)
    ? Boolean(text.trim()) : text.trim() && text.replace(/\d+/g, '#'));
  const has_words = (node) => [...node.childNodes].some((one) => one.nodeType === Node.TEXT_NODE && one.data.trim());
  const found = new Set();
  const walk = (node, above) => {
    const attributes = [...node.attributes].filter((one) => told.test(one.name))
      .map((one) => `${one.name}=${value(one)}`).sort().join(' ');
    const shape = `${above}>${node.localName} ${attributes}${has_words(node) ? ' x' : ''}`;
    found.add(shape);
    for (const child of node.children) walk(child, shape);
  };
  const screen = innerWidth + matchMedia('(prefers-color-scheme: dark)').matches;
  walk(document.documentElement, screen);
  const outline = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6, header, nav, main, footer, aside, [role]')]
    .map((one) => one.getAttribute('role') ?? one.localName).filter((one, i, all) => one !== all[i - 1]);
  return [...found, screen + outline.join()];
};
const known_shapes = new Set();

// What axe says against the document as it stands.
export async function violationsOf(page) {
  // A page without script has none of its own running, but axe needs timers.
  const lend = (on) => page.javascript ||
    page.network.send('Emulation.setScriptExecutionDisabled', { value: !on });
  await lend(true);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
    resultTypes: ['violations'],
  }));
  await lend(false);
  return violations.map(({ id, help, nodes }) => `axe ${id}: ${help}\n      ${nodes.slice(0, 3).map((n) =>
    `${n.html.slice(0, 160)} ${n.any[0]?.message ?? ''}`).join('\n      ')}`);
}

// Everything that is wrong with the page as it stands; an empty list is good.
export async function problemsOf(page) {
  const problems = page.seen.problems.splice(0);
  problems.push(...await page.evaluate(() => {
    const found = [];
    const count = (selector) => document.querySelectorAll(selector).length;
    const wide = () => {
      const over = document.documentElement.scrollWidth - innerWidth;
      if (over <= 0) return;
      const culprits = [...document.querySelectorAll('body *')]
        .filter((e) => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3)
        .map((e) => `<${e.localName} class="${e.className}">`);
      found.push(`scrolls sideways by ${over} px: ${culprits.join(' ')}`);
    };
    if (count('h1') !== 1) found.push(`${count('h1')} <h1>`);
    if (!document.title.trim()) found.push('no title');
    if (!/^(fr|en)$/.test(document.documentElement.lang)) found.push('no language');
    if (count('style, [style], script:not([src]):not([type="application/ld+json"])')) {
      found.push('inline style or script');
    }
    // Words that only programs know: keys of messages, codes, placeholders.
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const codes = new Set();
    while (words.nextNode()) {
      if (words.currentNode.parentElement.closest('code, pre, samp, textarea, script')) continue;
      const text = words.currentNode.data.replace(/\S*[@/]\S*/g, '');
      for (const [code] of text.matchAll(/\{\{.*?\}\}|\b[a-z]+(?:_[a-z]+)+\b|\b(?:layout|navigation|app|audit|campaigns|catalogue|coverage|plans|enrolments|identity|jobs|mail|organisations|privacy|requests|sessions|positioning|items|frameworks)\.[a-z][a-z_.]*\b/g)) {
        codes.add(code);
      }
    }
    if (codes.size) found.push(`words of programs: ${[...codes].join(', ')}`);
    wide();
    for (const details of document.querySelectorAll('details')) details.open = true;
    wide();
    return found;
  }));
  const shapes = await page.evaluate(shapesOf);
  if (shapes.some((shape) => !known_shapes.has(shape))) {
    for (const shape of shapes) known_shapes.add(shape);
    problems.push(...await violationsOf(page));
  }
  return problems;
}

export async function checkPage(page) {
  const problems = await problemsOf(page);
  assert.deepEqual(problems, [], `${page.url()} (${page.viewportSize().width} px)`);
}

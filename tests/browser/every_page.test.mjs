// SPDX-License-Identifier: EUPL-1.2
// Every page that each role reaches, wide and on a telephone, with and without script: no
// accessibility violation, no sideways scrolling, nothing refused by the security policy, no 404.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { crawl } from './crawl.mjs';
import { demoPeople, newPage, problemsOf, signInAs, startServer, stopBrowser } from './harness.mjs';

let server;
before(async () => { server = await startServer(); });
after(async () => {
  await stopBrowser();
  await server?.stop();
});

async function crawlAs(person, { width, javascript, language, scheme, examples, counts }) {
  const page = await newPage({ url: server.url, width, javascript, language, scheme });
  if (person) await signInAs(page, person.name);
  await page.goto('/');
  const wrong = [];
  const pages = await crawl(page, {
    examples,
    counts,
    async visit(_, status) {
      const problems = await problemsOf(page);
      if (status !== 200) problems.push(`status ${status}`);
      if (problems.length) wrong.push(`${page.url()}\n    ${problems.join('\n    ')}`);
    },
    answer(url, status) {
      if (status !== 200) wrong.push(`${url}\n    status ${status}`);
    },
  });
  await page.context().close();
  assert.equal(wrong.length, 0, `${wrong.length} of ${pages} pages:\n  ${wrong.join('\n  ')}`);
  return pages;
}

test('the first page costs under 300 kB, style, script and fonts included', async (t) => {
  const page = await newPage({ url: server.url });
  await page.goto('/', { waitUntil: 'networkidle' });
  t.diagnostic(`${Math.round(page.seen.bytes / 1000)} kB`);
  assert.ok(page.seen.bytes < 300_000, `${page.seen.bytes} bytes`);
  await page.context().close();
});

test('the keyboard reaches the content first, then the menu', async () => {
  const page = await newPage({ url: server.url });
  await page.goto('/catalogue');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('href')), '#main');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  await page.context().close();
});

test('a page that does not exist is as good as the others', async () => {
  const page = await newPage({ url: server.url, width: 360 });
  const response = await page.goto('/no-such-page');
  assert.equal(response.status(), 404);
  assert.deepEqual(await problemsOf(page), []);
  await page.context().close();
});

// What the menu offers tells roles apart: those with the same menu reach the same pages.
async function menuOf(person) {
  const page = await newPage({ url: server.url });
  if (person) await signInAs(page, person.name);
  await page.goto('/');
  const menu = await page.locator('#navigation a').evaluateAll((all) => all.map((a) => a.pathname));
  await page.context().close();
  return menu.join(' ');
}

test('every page of each role', { concurrency: 2 }, async (t) => {
  const page = await newPage({ url: server.url });
  const people = await demoPeople(page);
  await page.context().close();
  assert.ok(people.length > 0, 'the sign-in page lists nobody');
  const one_a_role = [...new Map(people.map((p) => [p.role, p]).reverse()).values()].reverse();
  const wide = { width: 1280, javascript: true, examples: 1 };
  const narrow = { width: 360, javascript: true, examples: 2, scheme: 'dark' };
  // Without script each kind of page is looked at twice, whoever reaches it.
  const bare = {
    width: 360, javascript: false, examples: 2, language: 'en-GB', scheme: 'dark', counts: new Map(),
  };
  // Each role is walked wide, each menu also on a telephone: without script, and the first two
  // (nobody, an agent) with it, too.
  const menus = new Set();
  const walks = [];
  for (const person of [null, ...one_a_role]) {
    const menu = await menuOf(person);
    walks.push([person, wide]);
    if (menus.has(menu)) continue;
    menus.add(menu);
    walks.push([person, bare]);
    if (menus.size <= 2) walks.push([person, narrow]);
  }
  await Promise.all(walks.map(([person, way]) => {
    const who = person ? `${person.role} (${person.name})` : 'nobody signed in';
    const name = `${who}, ${way.width} px, ${way.javascript ? 'with' : 'without'} script`;
    return t.test(name, async (s) => s.diagnostic(`${await crawlAs(person, way)} pages`));
  }));
});

// SPDX-License-Identifier: EUPL-1.2
// A test of positioning from the choice to the result, on a wide screen and on a telephone, with and
// without script, and once with the keyboard alone; every format of question; the pages of Pix, with
// tests/pix/pix-server.mjs in its place.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { checkPage, newPage, signInAs, startServer, stopBrowser } from './harness.mjs';

const folder = mkdtempSync(join(tmpdir(), 'campus-pix-'));
let server, pix;
before(async () => {
  pix = spawn(process.execPath, [new URL('../pix/pix-server.mjs', import.meta.url).pathname]);
  const lines = createInterface({ input: pix.stdout })[Symbol.asyncIterator]();
  const port = (await lines.next()).value;
  const tell = async (command) => {
    pix.stdin.write(`${JSON.stringify(command)}\n`);
    await lines.next();
  };
  await tell({
    organisations: [{ id: 1, name: 'Ma direction', externalId: 'D1' }],
    campaigns: [{ id: 70, organisation: 1, name: 'Socle 2026', type: 'ASSESSMENT', targetProfileName: 'Socle',
      code: 'SOCLE2026', createdAt: '2026-01-05T08:00:00.000Z', archivedAt: null }],
  });
  writeFileSync(join(folder, 'secret'), 'a-secret-of-the-tests');
  writeFileSync(join(folder, 'pix.json'), JSON.stringify([{ code: 'finances', organisation: 'dgfip',
    url: `http://127.0.0.1:${port}`, application: 'https://app.pix.example', client_id: 'campus',
    client_secret_file: join(folder, 'secret') }]));
  server = await startServer({ options: ['--pix-connections', join(folder, 'pix.json')] });
});
after(async () => {
  await stopBrowser();
  await server?.stop();
  pix.kill();
  rmSync(folder, { recursive: true, force: true });
});

// As it stands on a wide screen and on a telephone.
async function checkBoth(page) {
  const before = page.viewportSize();
  for (const size of [{ width: 1280, height: 900 }, { width: 360, height: 740 }]) {
    await page.setViewportSize(size);
    await checkPage(page);
  }
  await page.setViewportSize(before);
}

const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true });
const press = (page, name) => page.getByRole('button', { name, exact: true }).click();

// Fills in what is asked whatever its format: the first choice, each place once, a number.
async function fillIn(form) {
  for (const [i, select] of (await form.locator('select').all()).entries()) {
    const values = await select.locator('option').evaluateAll((all) => all.map((o) => o.value).filter(Boolean));
    await select.selectOption(values[i % values.length]);
  }
  for (const input of await form.locator('input[type=text]').all()) await input.fill('12');
  const choice = form.locator('input[type=radio], input[type=checkbox]').first();
  if (await choice.count()) await choice.check({ force: true });
}

async function begin(page, area) {
  await page.goto('/positioning');
  await page.getByLabel('Un domaine').check({ force: true });
  await page.getByLabel('Domaine', { exact: true }).selectOption(area);
}

// Answers from question `first` to before `end`, or until the test is over; one in four is "I do not
// know".
async function answer(page, first, end) {
  for (let place = first; place < end; ++place) {
    await heading(page, `Question ${place}`).waitFor();
    await checkPage(page);
    for (const link of await page.locator('form#question a[download]').all()) {
      const file = await page.context().request.get(new URL(await link.getAttribute('href'), page.url()).href);
      assert.equal(file.status(), 200);
      assert(file.headers()['content-disposition'].startsWith('attachment'));
    }
    if (place % 4 === 0) {
      await press(page, 'Je ne sais pas');
    } else {
      await fillIn(page.locator('form#question'));
      await press(page, 'Répondre');
    }
    await heading(page, `Question ${place + 1}`).or(heading(page, 'Mon profil numérique')).waitFor();
    if (page.url().endsWith('/result')) return;
  }
}

test('choose, answer, pause, go on with another browser, end, read, share', async () => {
  const agent = 'Laurent Baptistin'; // whose supervisor is confirmed
  const wide = await newPage({ url: server.url });
  await signInAs(wide, agent);
  await wide.goto('/positioning/how-it-works');
  await checkBoth(wide);
  await begin(wide, '4');
  await checkBoth(wide);
  await press(wide, 'Commencer le test');
  await answer(wide, 1, 6);
  await press(wide, 'Faire une pause');
  await heading(wide, 'Test en pause').waitFor();
  await checkBoth(wide);
  const url = wide.url();

  const narrow = await newPage({ url: server.url, width: 360, javascript: false });
  await signInAs(narrow, agent);
  await narrow.goto('/positioning');
  await checkPage(narrow);
  await narrow.getByRole('link', { name: 'Reprendre le test' }).click();
  await press(narrow, 'Reprendre le test');
  assert.equal(narrow.url(), url);
  await answer(narrow, 6, 12);
  // The first browser shows a question that was answered meanwhile, and goes on where the test is.
  if (!narrow.url().endsWith('/result')) {
    await wide.goto(url);
    await heading(wide, 'Question 12').waitFor();
    await press(narrow, 'Terminer maintenant et voir mon résultat');
  }
  await wide.goto(url);
  await heading(wide, 'Mon profil numérique').waitFor();
  await wide.locator('details.positioning-words').first().locator('summary').click();
  await checkBoth(wide);

  const get = async (path) => {
    const answer = await wide.context().request.get(`${url}${path}`);
    assert.equal(answer.status(), 200, path);
    return answer;
  };
  assert((await (await get('/pdf')).body()).subarray(0, 5).equals(Buffer.from('%PDF-')));
  const result = await (await get('/result.json')).json();
  assert.deepEqual(result.areas[0].competences.map((one) => one.code), ['4.1', '4.2', '4.3', '4.4']);
  assert.equal((await (await get('/europass')).json()).skills.length, 4);

  await press(wide, 'Partager avec mon encadrant');
  await wide.getByRole('status').filter({ hasText: 'votre encadrant peut le voir' }).waitFor();
  await wide.getByRole('link', { name: 'Mes réponses et leurs explications' }).click();
  await heading(wide, 'Mes réponses').waitFor();
  await checkBoth(wide);
  await wide.goto('/positioning/history');
  assert.equal(await wide.locator('main tbody tr').count(), 1);
  await checkBoth(wide);
  for (const page of [wide, narrow]) await page.context().close();
});

test('with the keyboard alone: begin, answer, end', async () => {
  const page = await newPage({ url: server.url });
  await signInAs(page, 'Damien Nguyen');
  await page.goto('/positioning');
  // Tab until what is focused is so.
  const reach = async (name, is) => {
    for (let i = 0; i < 120; ++i) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(is, name)) return;
    }
    assert.fail(`${name} cannot be reached`);
  };
  const named = (name) => (document.activeElement.textContent ?? '').trim() === name;
  await reach('Commencer le test', named);
  await page.keyboard.press('Enter');
  for (let place = 1; place <= 4; ++place) {
    await heading(page, `Question ${place}`).waitFor();
    if (place % 2 === 0) {
      await reach('Je ne sais pas', named);
    } else {
      // Each part of the answer, in the order of the keyboard.
      const parts = await page.locator('form#question').evaluate((form) =>
        [...new Set([...form.elements].filter((e) => /^answer/.test(e.name)).map((e) => e.name))]);
      for (const [i, part] of parts.entries()) {
        await reach(part, (name) => document.activeElement.name === name);
        const kind = await page.evaluate(() => document.activeElement.type);
        if (kind === 'text') await page.keyboard.type('12');
        else if (kind === 'select-one') for (let n = 0; n <= i; ++n) await page.keyboard.press('ArrowDown');
        else await page.keyboard.press('Space');
      }
      await reach('Répondre', named);
    }
    await page.keyboard.press('Enter');
  }
  await heading(page, 'Question 5').waitFor();
  await reach('Terminer maintenant et voir mon résultat', named);
  await page.keyboard.press('Enter');
  await heading(page, 'Mon profil numérique').waitFor();
  await page.context().close();
});

test('each format of question, files and simulations with it, is answered and explained', async () => {
  const page = await newPage({ url: server.url });
  await signInAs(page, 'Victor Lemaître');
  const json = async (path) => (await page.context().request.get(`${server.url}${path}`)).json();
  const formats = ['single', 'multiple', 'text', 'fields', 'order', 'match', 'zone', 'settings'];
  const chosen = new Map();
  const kinds = ({ format, file, screen }) =>
    [format, ...(file ? ['file'] : []), ...Object.keys(screen ?? {}).filter((kind) => screen[kind])];
  for (const format of formats) {
    const { items } = await json(`/items.json?format=${format}`);
    for (const { url } of items) {
      const { question } = await json(`${url}/preview.json?seed=7`);
      for (const kind of kinds(question)) if (!chosen.has(kind)) chosen.set(kind, url);
    }
  }
  assert(chosen.size > 10, [...chosen.keys()].join());
  const looked_at = new Set();
  for (const [kind, url] of chosen) {
    if (looked_at.has(url)) continue;
    looked_at.add(url);
    await page.goto(`${url}/preview?seed=7`);
    await checkBoth(page);
    const file = page.locator('form.items-card a[download]');
    if (await file.count()) {
      const answer = await page.context().request.get(new URL(await file.getAttribute('href'), page.url()).href);
      assert((await answer.body()).length > 20, url);
    }
    await fillIn(page.locator('form.items-card'));
    await press(page, 'Répondre');
    await page.locator('#items-result').waitFor();
    await checkPage(page, { accessibility: formats.includes(kind) });
  }
  await page.goto('/administration/calibration'); // the demonstration has a proposal
  await checkBoth(page);
  await page.getByRole('link', { name: 'Page suivante' }).click();
  await checkBoth(page);
  await page.getByLabel('Compétence').selectOption({ index: 1 });
  await press(page, 'Filtrer');
  await checkBoth(page);
  await page.context().close();
});

test('agents agree to Pix, offices map its campaigns and import results', async () => {
  const agent = await newPage({ url: server.url });
  await signInAs(agent, 'Hugo Santos');
  await agent.goto('/my-pix');
  await checkBoth(agent);
  await agent.locator('#agree-finances').check({ force: true });
  await agent.locator('form[action$="/agreement"] button').click();
  await agent.getByRole('status').filter({ hasText: 'Votre accord est enregistré' }).waitFor();
  await checkBoth(agent);
  await agent.context().close();

  const office = await newPage({ url: server.url });
  await signInAs(office, 'Olivier Fontaine');
  await office.goto('/pix');
  await checkBoth(office);
  await office.goto('/pix/finances');
  await checkBoth(office);
  await office.locator('form[action$="/campaigns"] button').click();
  await office.getByRole('status').filter({ hasText: 'est demandée à Pix' }).waitFor();
  // A job asks Pix; whoever waits for it reloads the page.
  const campaign = office.getByRole('heading', { name: 'Socle 2026' });
  for (let tries = 0; tries < 200 && !await campaign.count(); ++tries) await office.reload();
  await campaign.waitFor();
  await checkBoth(office);
  await office.goto('/pix/finances/import');
  await checkBoth(office);
  await office.context().close();
});

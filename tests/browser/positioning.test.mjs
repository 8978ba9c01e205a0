// SPDX-License-Identifier: EUPL-1.2
// A test of positioning from the choice to the result, wide and narrow, with and without script; and
// once with the keyboard alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkPage, newPage, signInAs, startServer, stopBrowser } from './harness.mjs';

let server;
before(async () => { server = await startServer(); });
after(async () => {
  await stopBrowser();
  await server?.stop();
});

// Fills in the open question whatever its format: the first choice of each, a word, a number.
async function fillIn(page) {
  const form = page.locator('form#question');
  for (const select of await form.locator('select').all()) {
    const values = await select.locator('option').evaluateAll((all) => all.map((o) => o.value).filter(Boolean));
    await select.selectOption(values[0]);
  }
  for (const input of await form.locator('input[type=text]').all()) await input.fill('12');
  const choice = form.locator('input[type=radio], input[type=checkbox]').first();
  if (await choice.count()) await choice.check({ force: true });
}

for (const [width, javascript, agent] of [[1280, true, 'Gwenaëlle Kerdoncuff'], [360, false, 'Inès Delaunay']]) {
  test(`choose, answer, pause, go on, read the result, ${width} px, ${javascript ? 'with' : 'without'} script`, async () => {
    const page = await newPage({ url: server.url, width, javascript });
    await signInAs(page, agent);
    await page.goto('/positioning/how-it-works');
    await checkPage(page);
    await page.goto('/positioning');
    await checkPage(page);
    await page.getByLabel('Un domaine').check({ force: true });
    await page.getByLabel('Domaine', { exact: true }).selectOption('4');
    if (width < 600) await page.getByLabel('Texte plus grand').check({ force: true });
    await page.getByRole('button', { name: 'Commencer le test' }).click();
    await page.getByRole('heading', { level: 1, name: 'Question 1' }).waitFor();

    let place = 1;
    const formats = new Set();
    while (place <= 40) {
      await page.getByRole('heading', { level: 1, name: `Question ${place}`, exact: true }).waitFor();
      // axe knows a page by its build: each format is looked at once.
      await checkPage(page);
      formats.add(await page.locator('form#question').evaluate((form) =>
        [...new Set([...form.querySelectorAll('input:not([type=hidden]), select')].map((e) => e.type))].join()));
      if (place === 3) {
        await page.getByRole('button', { name: 'Faire une pause' }).click();
        await page.getByRole('heading', { level: 1, name: 'Test en pause' }).waitFor();
        await checkPage(page);
        await page.getByRole('button', { name: 'Reprendre le test' }).click();
        await page.getByRole('heading', { level: 1, name: 'Question 3', exact: true }).waitFor();
      }
      if (place % 4 === 0) await page.getByRole('button', { name: 'Je ne sais pas' }).click();
      else {
        await fillIn(page);
        await page.getByRole('button', { name: 'Répondre', exact: true }).click();
      }
      ++place;
      if (place === 12) {
        await page.getByRole('heading', { level: 1, name: 'Question 12', exact: true })
          .or(page.getByRole('heading', { level: 1, name: 'Mon profil numérique' })).waitFor();
        if (/\/result$/.test(page.url())) break;
        await page.getByRole('button', { name: 'Terminer maintenant et voir mon résultat' }).click();
        break;
      }
      await page.getByRole('heading', { level: 1 }).waitFor();
      if (/\/result$/.test(page.url())) break;
    }
    assert(formats.size > 1, [...formats].join(' | '));
    await page.getByRole('heading', { level: 1, name: 'Mon profil numérique' }).waitFor();
    await checkPage(page);
    await page.getByRole('button', { name: 'Partager avec mon supérieur hiérarchique' }).click();
    await page.getByRole('status').filter({ hasText: 'peut voir ce résultat' }).waitFor();
    await page.getByRole('link', { name: 'Mes réponses et leurs explications' }).click();
    await page.getByRole('heading', { level: 1, name: 'Mes réponses' }).waitFor();
    await checkPage(page);
    await page.goto('/positioning/history');
    await checkPage(page);
    await page.context().close();
  });
}

test('with the keyboard alone: begin, answer, end', async () => {
  const page = await newPage({ url: server.url });
  await signInAs(page, 'Katarzyna Nowak');
  await page.goto('/positioning');
  // Tab until what is focused is named so.
  const reach = async (name) => {
    for (let i = 0; i < 120; ++i) {
      await page.keyboard.press('Tab');
      if (await page.evaluate((n) => (document.activeElement.textContent ?? '').trim() === n, name)) return;
    }
    assert.fail(`${name} cannot be reached`);
  };
  await reach('Commencer le test');
  await page.keyboard.press('Enter');
  for (let place = 1; place <= 3; ++place) {
    await page.getByRole('heading', { level: 1, name: `Question ${place}`, exact: true }).waitFor();
    await reach('Je ne sais pas');
    await page.keyboard.press('Enter');
  }
  await page.getByRole('heading', { level: 1, name: 'Question 4', exact: true }).waitFor();
  await reach('Terminer maintenant et voir mon résultat');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Mon profil numérique' }).waitFor();
  await page.context().close();
});

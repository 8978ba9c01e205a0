// SPDX-License-Identifier: EUPL-1.2
// From a finished positioning to a request, by the keyboard alone: the agent opens the plan, puts an
// offer aside and back, asks for a date, changes the motivation that is filled in, and sends it. Wide
// with script, narrow without.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkPage, newPage, signInAs, startServer, stopBrowser } from './harness.mjs';

let server;
before(async () => { server = await startServer(); });
after(async () => {
  await stopBrowser();
  await server?.stop();
});

// Presses Tab until the element has the focus; nobody could reach what it never does.
async function tabTo(page, locator) {
  const element = await locator.first().elementHandle();
  for (let presses = 0; presses < 400; ++presses) {
    await page.keyboard.press('Tab');
    if (await element.evaluate((it) => it === document.activeElement)) return;
  }
  assert.fail(`the keyboard does not reach ${locator}`);
}

async function press(page, locator, key = 'Enter') {
  await tabTo(page, locator);
  await page.keyboard.press(key);
}

for (const [width, javascript, agent] of [[1280, true, 'Amina Benhaddou'], [360, false, 'Baptiste Le Goff']]) {
  test(`from the plan to a request by keyboard, ${width} px, ${javascript ? 'with' : 'without'} script`, async () => {
    const page = await newPage({ url: server.url, width, javascript });
    const main = page.getByRole('main');
    await signInAs(page, agent);
    await press(page, main.getByRole('link', { name: 'Mon plan de formation' }));
    await page.getByRole('heading', { level: 1, name: 'Mon plan de formation' }).waitFor();
    await checkPage(page);

    // Two hours a week: until when.
    await tabTo(page, page.getByLabel('Heures par semaine'));
    await page.keyboard.type('2');
    await page.keyboard.press('Enter');
    await main.getByText('À ce rythme, le plan dure jusqu’au').waitFor();
    assert.match(page.url(), /hours=2/);
    await checkPage(page);

    // Not for me, and back.
    const last = main.locator('.plans-steps > li').last();
    const title = (await last.getByRole('heading').innerText()).replace(/^\d+\.\s*/, '').trim();
    await press(page, last.getByRole('button', { name: /^Pas pour moi/ }));
    await page.getByRole('status').filter({ hasText: 'L’offre est écartée' }).waitFor();
    assert.match(page.url(), /hours=2/);
    assert.equal(await main.locator('.plans-steps').getByText(title, { exact: true }).count(), 0);
    await press(page, main.getByText('Offres écartées', { exact: true }));
    await press(page, main.getByRole('button', { name: `Remettre dans le plan – ${title}` }));
    await page.getByRole('status').filter({ hasText: 'La marque est retirée' }).waitFor();

    // One click to the request, with its motivation.
    const ask = main.getByRole('button', { name: /^Demander cette date/ });
    const session = (await ask.first().innerText()).split('–').pop().trim();
    await press(page, ask);
    await page.getByRole('heading', { level: 1, name: 'Demander une formation' }).waitFor();
    await checkPage(page);
    const motivation = page.getByLabel('Votre motivation');
    const filled = await motivation.inputValue();
    assert.match(filled, /Je vise le socle commun/);
    assert.match(filled, /\n- \d\.\d .* visé/);
    if (await page.getByLabel('Oui').count()) await press(page, page.getByLabel('Oui'), 'Space');
    // A group of radio buttons is one stop; the arrows choose in it.
    await press(page, page.getByLabel('Novice'), 'Space');
    await page.keyboard.press('ArrowDown');
    assert.ok(await page.getByLabel('Débutant').isChecked());
    await tabTo(page, motivation);
    await page.keyboard.press('Control+End');
    await page.keyboard.type(` Et mon service en a besoin (${width}).`);
    await press(page, page.getByRole('button', { name: 'Envoyer la demande' }));
    await main.getByText('Accusé de réception').first().waitFor();
    await main.getByText(`Et mon service en a besoin (${width}).`).first().waitFor();
    await checkPage(page);

    // It is under way, and the plan proposes it no more.
    await page.goto('/my-plan');
    await main.getByText('Demande en attente d’une réponse').first().waitFor();
    assert.equal(await main.getByRole('button', { name: session }).count(), 0);
    await checkPage(page);
    for (const path of ['/my-plan/aim', '/my-plan/share', '/positioning?competences=1.1,4.2']) {
      await page.goto(path);
      await checkPage(page);
    }
    await page.context().close();
  });
}

test('the supervisor reads the plan that an agent shares, until it is shared no more', async () => {
  const page = await newPage({ url: server.url });
  const main = page.getByRole('main');
  await signInAs(page, 'Laurent Baptistin');
  await page.goto('/my-team');
  await checkPage(page);
  await press(page, main.getByRole('link', { name: 'Ce que mon équipe partage' }));
  await page.getByRole('heading', { level: 1, name: 'Ce que mon équipe partage' }).waitFor();
  await checkPage(page);
  await press(page, main.getByRole('link', { name: 'Lire le plan – Baptiste Le Goff' }));
  await page.getByRole('heading', { level: 1, name: 'Plan de formation de Baptiste Le Goff' }).waitFor();
  await checkPage(page);
  assert.equal(await main.getByRole('button').count(), 0);
  const shared = page.url();

  const agent = await newPage({ url: server.url, width: 360 });
  await signInAs(agent, 'Baptiste Le Goff');
  await agent.goto('/my-plan');
  await press(agent, agent.getByRole('button', { name: 'Ne plus partager' }));
  await agent.getByRole('status').filter({ hasText: 'n’est plus partagé' }).waitFor();
  assert.equal((await page.goto(shared)).status(), 404);
  await press(agent, agent.getByRole('link', { name: 'Partager avec mon encadrant…' }));
  await agent.getByText('Votre plan sera lu par').waitFor();
  await checkPage(agent);
  await press(agent, agent.getByRole('button', { name: 'Oui, partager mon plan' }));
  await agent.getByRole('status').filter({ hasText: 'est partagé avec votre encadrant' }).waitFor();
  assert.equal((await page.goto(shared)).status(), 200);
  await agent.context().close();
  await page.context().close();
});

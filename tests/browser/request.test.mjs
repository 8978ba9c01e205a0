// SPDX-License-Identifier: EUPL-1.2
// A request from the agent to the seat: the agent asks, the supervisor opens the link of the letter
// and decides without signing in, the agent sees the seat and the letter. Wide and narrow.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkPage, newPage, signInAs, startServer, stopBrowser, violationsOf } from './harness.mjs';

let server;
before(async () => { server = await startServer(); });
after(async () => {
  await stopBrowser();
  await server?.stop();
});

// The circuit of the State has one step, so the supervisor decides.
const agent = 'Élodie Rakotomalala';
const supervisor = 'Françoise Aubertin';

// The newest letter whose subject has these words, as /demo/mail shows it.
async function openLetter(page, words) {
  await page.goto('/demo/mail');
  await page.getByRole('main').getByRole('link', { name: words }).first().click();
  await page.waitForURL(/demo\/mail\/\d+/);
}

// What a mail program shows: the server forbids all scripts there, and axe is one.
async function checkLetter(url, width) {
  const page = await newPage({ url: server.url, width });
  const letter = await page.request.get(url);
  await page.setContent(await letter.text());
  assert.deepEqual(await violationsOf(page), []);
  await page.context().close();
}

test('a supervisor confirms by signing in', async () => {
  const page = await newPage({ url: server.url });
  await signInAs(page, supervisor);
  await page.goto('/my-team');
  await page.getByRole('link', { name: `Répondre – ${agent}` }).click();
  await checkPage(page);
  await page.getByRole('button', { name: 'Oui, je l’encadre' }).click();
  await page.getByRole('status').filter({ hasText: 'dans votre équipe' }).waitFor();
  await checkPage(page);
  await page.context().close();
});

for (const [width, javascript] of [[1280, true], [360, false]]) {
  test(`ask, decide from the letter, see the seat, ${width} px, ${javascript ? 'with' : 'without'} script`, async () => {
    const page = await newPage({ url: server.url, width, javascript });
    const main = page.getByRole('main');
    await signInAs(page, agent);
    await page.goto('/catalogue?free_seats=1&open_to_me=1');
    const links = await page.locator('main article').getByRole('link').evaluateAll((all) => all.map((a) => a.href));
    const ask = main.getByRole('link', { name: /^Demander cette formation/ }).first();
    for (const link of links) {
      await page.goto(link);
      if (await ask.count()) break;
    }
    await checkPage(page);
    const title = (await page.getByRole('heading', { level: 1 }).innerText()).trim();
    await ask.click();
    await page.getByRole('heading', { level: 1, name: 'Demander une formation' }).waitFor();
    await checkPage(page);

    // What is missing is told; nothing that was typed is lost.
    await page.getByLabel('Débutant').check({ force: true });
    if (await page.getByLabel('Oui').count()) await page.getByLabel('Oui').check({ force: true });
    await page.getByRole('button', { name: 'Envoyer la demande' }).click();
    await main.getByText('Écrivez en quelques phrases votre motivation.').first().waitFor();
    await checkPage(page);
    assert.ok(await page.getByLabel('Débutant').isChecked());
    await page.getByLabel('Votre motivation').fill(`Pour mon service, ${width}`);
    await page.getByRole('button', { name: 'Envoyer la demande' }).click();
    await main.getByText('Accusé de réception').first().waitFor();
    await main.getByText(supervisor).first().waitFor();
    await checkPage(page);
    const request = page.url();

    // The supervisor is not signed in: the letter's link is enough, once.
    const other = await newPage({ url: server.url, width, javascript });
    await openLetter(other, new RegExp(`${agent} demande une formation`));
    await checkLetter(`${other.url()}/html`, width);
    const link = await other.frameLocator('iframe').locator('a[href*="/decide/"]').first().getAttribute('href');
    await other.goto(new URL(link).pathname);
    await other.getByText(`Pour mon service, ${width}`).first().waitFor();
    await checkPage(other);
    await other.getByRole('button', { name: 'Accorder' }).click();
    await other.getByText('La demande est accordée.').waitFor();
    await checkPage(other);
    await other.goto(new URL(link).pathname);
    await other.getByText('Ce lien a déjà servi').waitFor();
    await checkPage(other);
    await other.context().close();

    await page.goto(request);
    await main.getByText('Accordée').first().waitFor();
    await checkPage(page);
    await page.goto('/my-trainings');
    await main.locator('article').filter({ hasText: title }).first().waitFor();
    await checkPage(page);
    await page.context().close();
  });
}

test('several at once by the training office, and a refusal without a reason is refused', async () => {
  const page = await newPage({ url: server.url, width: 360 });
  await signInAs(page, 'Nathalie Charpentier');
  await page.goto('/requests');
  await checkPage(page);
  const boxes = page.locator('main input[type=checkbox][name=request]');
  const count = await boxes.count();
  assert.ok(count >= 2, `${count} requests wait`);
  for (const box of await boxes.all()) await box.check({ force: true });
  await page.getByRole('button', { name: 'Refuser les demandes cochées' }).click();
  await page.getByRole('main').getByText(/un refus doit être motivé/).waitFor();
  await page.goBack();
  for (const box of await boxes.all()) await box.check({ force: true });
  await page.getByRole('button', { name: 'Accorder les demandes cochées' }).click();
  await page.getByRole('status').filter({ hasText: 'Toutes les demandes cochées' }).waitFor();
  await checkPage(page);
  for (const path of ['/circuits', '/circuits/ddt-creuse', '/agents', '/requests?waits=decided']) {
    await page.goto(path);
    await checkPage(page);
  }
  await page.context().close();
});

// SPDX-License-Identifier: EUPL-1.2
// A campaign: the training office opens it, an agent enters its code, answers, shares, takes it
// back; the office sees how many took part, never fewer than five. Wide with script, narrow without.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import { checkPage, newPage, signInAs, startServer, stopBrowser } from './harness.mjs';

let server;
before(async () => { server = await startServer(); });
after(async () => {
  await stopBrowser();
  await server?.stop();
});

const office = 'Nathalie Charpentier';
const press = (page, name) => page.getByRole('button', { name, exact: true }).click();
const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

// What a telephone reads of the code that is drawn there.
async function scanned(drawing) {
  const { data, width, height } = PNG.sync.read(await drawing.screenshot());
  return jsQR(new Uint8ClampedArray(data), width, height)?.data;
}

// Prepares and publishes a campaign; its code and its address.
async function open(page, title) {
  await signInAs(page, office);
  await page.goto('/campaigns');
  await checkPage(page);
  await page.getByRole('link', { name: 'Préparer une campagne' }).click();
  await checkPage(page);
  // What is missing is told; nothing that was typed is lost.
  await page.getByLabel('Pourquoi vous le demandez').fill('Pour le plan de formation.');
  await press(page, 'Enregistrer le brouillon');
  await page.getByText('Donnez un titre à la campagne.').first().waitFor();
  await checkPage(page);
  assert.equal(await page.getByLabel('Pourquoi vous le demandez').inputValue(), 'Pour le plan de formation.');
  await page.getByLabel('Titre').fill(title);
  await page.getByLabel('Un domaine').check({ force: true });
  await page.locator('#field-area').selectOption('4');
  await page.getByLabel('Ouverture').fill(day(0));
  await press(page, 'Enregistrer le brouillon');
  await page.getByText('Ceci est un brouillon').waitFor();
  await checkPage(page);
  await press(page, 'Publier la campagne');
  await page.getByText('La campagne est publiée.').waitFor();
  await checkPage(page);
  const link = await page.locator('.campaigns-link code').innerText();
  assert.equal(await scanned(page.locator('.campaigns-qr')), link);
  return { code: link.slice(-6), address: new URL(page.url()).pathname };
}

for (const [width, javascript, agent] of [[1280, true, 'Amina Benhaddou'], [360, false, 'Baptiste Le Goff']]) {
  test(`from the office to the agent and back, ${width} px, ${javascript ? 'with' : 'without'} script`, async () => {
    const page = await newPage({ url: server.url, width, javascript });
    const { code, address } = await open(page, `Protéger les données, ${width}`);
    await page.goto(`${address}/invitations`);
    await page.getByLabel('Adresses professionnelles').fill('amina.benhaddou@exemple.fr\nbaptiste.le-goff@exemple.fr\nnom');
    await press(page, 'Inviter');
    await page.getByText('2 personnes ajoutées').waitFor();
    await checkPage(page);

    const other = await newPage({ url: server.url, width, javascript });
    await signInAs(other, agent);
    await other.goto('/my-campaigns');
    await checkPage(other);
    await other.getByLabel('Code de la campagne').fill('CCC CCC');
    await press(other, 'Voir la campagne');
    await other.getByText('Aucune campagne n’a ce code').first().waitFor();
    await checkPage(other);
    await other.getByLabel('Code de la campagne').fill(`${code.slice(0, 3)} ${code.slice(3)}`.toLowerCase());
    await press(other, 'Voir la campagne');
    await other.getByRole('heading', { level: 1, name: `Protéger les données, ${width}` }).waitFor();
    await other.getByText('Personne n’est informé de votre choix').waitFor();
    await checkPage(other);
    await press(other, 'Commencer le test');
    // The same answer to every question, until the test is over.
    for (let place = 1; place <= 41; ++place) {
      await other.getByRole('heading', { level: 1, name: new RegExp(`^(Question ${place}$|Mon profil)`) }).waitFor();
      if (await other.getByRole('link', { name: 'Partager ou garder mon résultat' }).count()) break;
      await press(other, 'Je ne sais pas');
    }
    await checkPage(other);
    await other.getByRole('link', { name: 'Partager ou garder mon résultat' }).click();
    await checkPage(other);
    await press(other, 'Partager mon résultat');
    await other.getByText('Vous partagez votre résultat, sans votre nom.').waitFor();
    await checkPage(other);
    await press(other, 'Ne plus partager');
    await other.getByText('Vous gardez votre résultat pour vous.').waitFor();
    await press(other, 'Partager mon résultat');
    await other.getByText('Vous partagez votre résultat, sans votre nom.').waitFor();
    await other.context().close();

    // Two at most took part: that is all that the office learns.
    await page.goto(address);
    const row = page.locator('main tbody tr').filter({ hasText: 'Préfecture de la Creuse' }).first();
    assert.match(await row.innerText(), /moins de 5[^]*moins de 5[^]*moins de 5/);
    assert.ok(!(await page.getByRole('main').innerText()).includes(agent));
    await checkPage(page);
    await page.goto(`${address}/poster`);
    await page.getByRole('img', { name: 'Code QR qui ouvre' }).waitFor();
    await checkPage(page);
    await page.goto(`${address}/results`);
    await page.getByText('quand la campagne est close').waitFor();
    await checkPage(page);
    await page.context().close();
  });
}

test('a running and a counted campaign of the demonstration, without the mouse', async () => {
  const page = await newPage({ url: server.url, width: 360 });
  await signInAs(page, 'Victor Lemaître');
  await page.goto('/campaigns');
  await checkPage(page);
  await page.getByRole('link', { name: 'Pilote : protéger ses données' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Voir les résultats partagés' }).focus();
  await checkPage(page);
  await page.keyboard.press('Enter');
  await page.locator('main table').waitFor();
  await checkPage(page);
  const figures = await page.locator('main td').allInnerTexts();
  assert.ok(figures.length > 0);
  for (const figure of figures) assert.match(figure.trim(), /^(–|<\s5|\d*[05])$/);
  await page.context().close();
});

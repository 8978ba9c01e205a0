// SPDX-License-Identifier: EUPL-1.2
// The journey of the title: a newcomer finds a training in spite of a misspelling, takes a
// seat, sees it among their trainings, and gives it back. Wide and narrow, with and without script, in
// the whole browser where the other tests are content with its headless shell.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkPage, demoPeople, newPage, signInAs, startServer, stopBrowser } from './harness.mjs';

process.env.CHROMIUM ??= '/usr/bin/chromium';
let server;
before(async () => { server = await startServer(); });
after(async () => {
  await stopBrowser();
  await server?.stop();
});

const ways = [[1280, true], [360, true], [1280, false], [360, false]];
for (const [number, [width, javascript]] of ways.entries()) {
  test(`find a training and take a seat, ${width} px, ${javascript ? 'with' : 'without'} script`, async () => {
    const page = await newPage({ url: server.url, width, javascript });
    // Of administrations where nobody has to agree first (the others: request.test.mjs).
    const direct = /Chloé Marchetti|Damien Nguyen|Jean-Marc Vidal|Gaël Poncet/;
    const agents = (await demoPeople(page)).filter(({ name }) => direct.test(name));
    const agent = agents[number % agents.length];

    await page.goto('/catalogue');
    // On a telephone the search stands in the folded filters, if not above them.
    const words = page.locator('main').getByRole('searchbox').first();
    if (!await words.isVisible()) await page.locator('main details > summary').first().click();
    await words.fill('cybersecurté');
    await words.press('Enter');
    await page.waitForURL(/cybersecurt/);
    const main = page.getByRole('main');
    await page.locator('#results').getByText(/cybersécurité/i).first().waitFor();
    await checkPage(page);

    await signInAs(page, agent.name);
    await page.goto('/catalogue?q=cybersecurt%C3%A9&free_seats=1&open_to_me=1');
    const results = page.locator('main article').getByRole('link');
    assert.ok(await results.count() > 0, 'no result');

    // The first result that has a session with a seat to take.
    const links = await results.evaluateAll((all) => all.map((a) => a.href));
    const take = main.getByRole('button', { name: /s’inscrire|prendre (une|ma) place/i }).first();
    for (const link of links) {
      await page.goto(link);
      if (await take.count()) break;
    }
    await checkPage(page);
    const title = (await page.getByRole('heading', { level: 1 }).innerText()).trim();
    await take.click();
    await page.getByRole('status').filter({ hasText: /place|inscri/i }).first().waitFor();
    await checkPage(page);

    await page.goto('/my-trainings');
    const mine = page.getByRole('main').locator('tr, article, li').filter({ hasText: title }).first();
    await mine.waitFor();
    await checkPage(page);
    await mine.getByRole('button', { name: /désister|annuler/i }).click();
    await page.getByRole('status').first().waitFor();
    await checkPage(page);
    await page.context().close();
  });
}

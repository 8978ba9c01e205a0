// SPDX-License-Identifier: EUPL-1.2
// Sign-in with ProConnect in a real browser, against the real npm oidc-provider set up like it.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startProvider } from '../oidc/provider.mjs';
import { checkPage, freePort, newPage, startServer, stopBrowser } from './harness.mjs';

const agent = (given_name, usual_name, more = {}) => ({
  acr: 'eidas1-mfa',
  claims: {
    given_name, usual_name,
    email: `${given_name}.${usual_name}@numerique.example`.toLowerCase(),
    uid: given_name, siret: '13002526500013', idp_id: 'idp-dinum', organization_label: 'DINUM',
    belonging_population: 'agent', roles: ['agent_public', 'agent_public_etat'], ...more,
  },
});
const accounts = {
  awa: agent('Awa', 'Sarr'),
  nina: agent('Nina', 'Morel'),
  lou: agent('Lou', 'Petit', { siret: '21350238800019', roles: ['agent_public', 'agent_public_territorial'] }),
  paul: agent('Paul', 'Presta', { belonging_population: 'prestataire', roles: [] }),
  weak: { ...agent('Wanda', 'Faible'), acr: 'eidas0' },
};

for (const algorithm of ['RS256', 'ES256']) {
  test(`ProConnect, ${algorithm}`, async (t) => {
    const port = await freePort();
    const campus = `http://127.0.0.1:${port}`;
    const provider = await startProvider({ campus, port: await freePort(), accounts, algorithm });
    const server = await startServer({
      listen: `127.0.0.1:${port}`,
      publicUrl: campus,
      options: ['--proconnect-issuer', provider.issuer, '--proconnect-client-id',
        provider.client, '--proconnect-client-secret', provider.secret, '--no-rate-limits'],
    });
    t.after(async () => {
      await server.stop();
      await provider.stop();
    });

    const main = (page) => page.getByRole('main');
    const press = (page) => main(page).getByRole('link', { name: /avec\s+ProConnect/ }).click();
    const choose = async (page, account) => {
      await press(page);
      await page.getByRole('link', { name: account, exact: true }).click();
    };
    const signedIn = (page) => page.getByRole('banner').getByRole('button', { name: /déconnecter/i }).waitFor();
    const begin = async (page, account) => {
      await page.goto('/sign-in');
      await choose(page, account);
      await page.waitForURL(/first-visit/);
      await main(page).getByRole('button', { name: /continuer/ }).click();
      await signedIn(page);
    };

    await t.test('an agent finds the page wanted after the first visit, and leaves on both sides', async () => {
      const page = await newPage({ url: campus });
      await page.goto('/my-trainings');
      await page.waitForURL(/\/sign-in\?next=/);
      await checkPage(page);
      await choose(page, 'awa');
      await page.waitForURL(`${campus}/sign-in/first-visit`);
      await checkPage(page);
      await main(page).getByText('Awa Sarr').waitFor();
      await main(page).getByText('Direction interministérielle du numérique').waitFor();
      await main(page).getByRole('button', { name: /continuer/ }).click();
      await page.waitForURL(`${campus}/my-trainings`);
      await page.getByRole('status').filter({ hasText: 'Bienvenue' }).waitFor();
      await checkPage(page);

      await page.getByRole('banner').getByRole('button', { name: /déconnecter/i }).click();
      await page.waitForURL(`${campus}/`);
      await page.getByRole('status').filter({ hasText: 'déconnecté' }).waitFor();
      // The provider's session has ended as well: it asks again who it is.
      await page.goto('/sign-in');
      await press(page);
      await page.getByRole('heading', { name: 'Choisir un compte' }).waitFor();
      await page.context().close();
    });

    if (algorithm !== 'RS256') return; // the rest does not depend on it

    await t.test('known by the provider still, one is signed in without a word', async () => {
      const page = await newPage({ url: campus, width: 360 });
      await begin(page, 'nina');
      await page.context().clearCookies({ name: 'campus_session' });
      await page.goto('/my-trainings');
      await page.waitForURL(`${campus}/my-trainings`);
      await signedIn(page);
      // When it does not know them any more, the sign-in page shows as if nothing had been asked.
      await page.context().clearCookies({ name: /^(campus_session|_session)/ });
      await page.goto('/my-trainings');
      await page.waitForURL(/\/sign-in\?asked=1&next=%2Fmy-trainings/);
      await checkPage(page);
      await page.context().close();
    });

    await t.test('without script as well', async () => {
      const page = await newPage({ url: campus, width: 360, javascript: false });
      await page.goto('/sign-in?next=/me');
      await choose(page, 'paul');
      await page.waitForURL(/first-visit/);
      await main(page).getByText(/ne vous présente pas comme agent public/).waitFor();
      await checkPage(page);
      await main(page).getByRole('button', { name: /continuer/ }).click();
      await page.waitForURL(`${campus}/me`);
      await main(page).getByText('prestataire').waitFor();
      await page.context().close();
    });

    await t.test('a SIRET that we do not know leaves the employer open', async () => {
      const page = await newPage({ url: campus });
      await begin(page, 'lou');
      await page.goto('/me');
      await main(page).getByText(/administration n’est pas connue/).waitFor();
      await page.context().close();
    });

    await t.test('a weak authentication and a change of mind are told', async () => {
      const page = await newPage({ url: campus });
      await page.goto('/sign-in');
      await choose(page, 'weak');
      await page.getByRole('heading', { name: /connexion plus sûre/ }).waitFor();
      await checkPage(page);
      await page.context().clearCookies();
      await page.goto('/sign-in');
      await choose(page, 'cancel');
      await page.getByRole('status').filter({ hasText: 'interrompu' }).waitFor();
      await checkPage(page);
      await page.context().close();
    });

    await t.test('a used way back opens nothing, here or elsewhere', async () => {
      const page = await newPage({ url: campus });
      const ways = [];
      page.on('request', (request) => { if (request.url().includes('/return?')) ways.push(request.url()); });
      await page.goto('/sign-in');
      await choose(page, 'awa');
      await signedIn(page);
      assert.equal(ways.length, 1);
      const thief = await newPage({ url: campus });
      for (const one of [page, thief]) {
        const answer = await one.goto(ways[0]);
        assert.equal(answer.status(), 400);
      }
      await thief.goto('/me');
      assert.match(thief.url(), /\/sign-in/);
      await page.context().close();
      await thief.context().close();
    });

    await t.test('the provider is as strict as ProConnect', async () => {
      const strange = await fetch(`${provider.issuer}/authorize?state=${'s'.repeat(32)}&nonce=${'n'.repeat(32)}&code_challenge=x`);
      assert.equal(strange.status, 400);
      assert.match(await strange.text(), /Y000400/);
      assert.deepEqual(provider.errors.filter((error) => !/login_required|cancelled/.test(error)), []);
    });
  });
}

after(stopBrowser);

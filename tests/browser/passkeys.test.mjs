// SPDX-License-Identifier: EUPL-1.2
// Somebody invited by mail sets up a passkey and signs in with it, in a real browser with the virtual
// authenticator of its developer tools. Wide and narrow; and what those without JavaScript are told.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { checkPage, newPage, signInAs, startServer, stopBrowser } from './harness.mjs';

let server;
before(async () => {
  // A passkey belongs to a host name; browsers take "localhost", and no address in figures.
  const port = await new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address();
      probe.close(() => done(free));
    });
  });
  server = await startServer({ listen: `127.0.0.1:${port}`, publicUrl: `http://localhost:${port}` });
});
after(async () => {
  await stopBrowser();
  await server?.stop();
});

const administrator = /Bérénice Colin/;

// An authenticator like that of a telephone: it keeps the key and asks for the finger.
async function withAuthenticator(page, options = {}) {
  await page.network.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await page.network.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true, ...options,
    },
  });
  return authenticatorId;
}

// Invites and returns the link of the letter.
async function invite(page, email) {
  await signInAs(page, administrator);
  await page.goto('/invitations/new');
  await checkPage(page);
  await page.getByLabel(/^Prénom/).fill('Zoé');
  await page.getByLabel(/^Nom d’usage/).fill('Roy');
  await page.getByLabel(/^Courriel/).fill(email);
  await page.getByLabel(/^Rôle/).selectOption('trainer');
  await page.getByLabel(/^Administration pour/).fill('dinum');
  const until = new Date(Date.now() + 200 * 24 * 3600 * 1000).toISOString().slice(0, 10);
  await page.getByLabel(/^Dernier jour/).fill(until);
  await page.getByRole('button', { name: /Envoyer l’invitation/ }).click();
  await page.getByRole('status').filter({ hasText: /invitation est envoyée/ }).waitFor();
  await checkPage(page);
  // The letter itself, as the demonstration shows it.
  const request = page.context().request;
  const json = async (path) => (await request.get(path, { headers: { accept: 'application/json' } })).json();
  const { letters } = await json('/demo/mail');
  const { id } = letters.find(({ to }) => to.includes(email));
  const { text } = await json(`/demo/mail/${id}`);
  return text.match(/\/invited\/[\w-]{43}/)[0];
}

const signOut = (page) => page.getByRole('banner').getByRole('button', { name: /déconnecter/i }).click();

for (const [number, width] of [1280, 360].entries()) {
  test(`invited, a passkey, signed in; a second one, and signing in with it, ${width} px`, async () => {
    const page = await newPage({ url: server.url, width });
    const link = await invite(page, `zoe${number}@externe.fr`);
    await page.goto('/invitations');
    await checkPage(page);
    await signOut(page);

    // Setting up: refused at first, then the finger is given.
    const authenticator = await withAuthenticator(page);
    await page.goto(link);
    await page.getByText('Bérénice Colin').waitFor();
    await checkPage(page);
    await page.network.send('WebAuthn.setUserVerified', { authenticatorId: authenticator, isUserVerified: false });
    const submit = page.getByRole('button', { name: /Choisir ma clé d’accès/ });
    await submit.click();
    await page.getByRole('alert').filter({ hasText: /interrompu|vérifié/ }).waitFor();
    await checkPage(page);
    await page.network.send('WebAuthn.setUserVerified', { authenticatorId: authenticator, isUserVerified: true });
    await submit.click();
    await page.waitForURL('**/me');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByText('Zoé Roy').first().waitFor();
    await checkPage(page);

    // The link has served.
    await page.goto(link);
    await page.getByText(/déjà servi/).first().waitFor();
    await checkPage(page);

    // The same device again is told so; another one is added, named, and the first one removed.
    await page.goto('/me/passkeys');
    await checkPage(page);
    await page.getByText(/seul moyen d’entrer/).waitFor();
    await page.getByRole('button', { name: /^Ajouter une clé/ }).click();
    await page.getByText(/a déjà une clé d’accès/).waitFor();
    await page.network.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: authenticator });
    await withAuthenticator(page, { transport: 'usb' });
    await page.getByRole('button', { name: /^Ajouter une clé/ }).click();
    await page.locator('main .campus-results > li').nth(1).waitFor();
    await page.getByLabel(/^Nom de la clé/).nth(1).fill('Clé de secours');
    await page.getByRole('button', { name: /^Renommer/ }).nth(1).click();
    await page.getByRole('heading', { name: 'Clé de secours' }).waitFor();
    await page.getByRole('button', { name: /^Supprimer/ }).first().click();
    await page.getByRole('status').filter({ hasText: /supprimée/ }).waitFor();
    assert.equal(await page.locator('main .campus-results > li').count(), 1);
    await checkPage(page);

    // Out, and in again by the sign-in page.
    await signOut(page);
    await page.goto('/sign-in?next=/me/sign-ins');
    await page.getByRole('link', { name: /clé d’accès/ }).click();
    await checkPage(page);
    await page.getByRole('button', { name: /Utiliser ma clé/ }).click();
    await page.waitForURL('**/me/sign-ins');
    await page.getByText('Celle-ci').waitFor();
    await page.getByText('Clé d’accès', { exact: true }).waitFor();
    await checkPage(page);
    await page.context().close();
  });
}

test('a passkey that is not known here any more is refused with words', async () => {
  const page = await newPage({ url: server.url, width: 360 });
  const authenticatorId = await withAuthenticator(page);
  await page.network.send('WebAuthn.addCredential', {
    authenticatorId,
    credential: {
      credentialId: Buffer.from('unknown-credential').toString('base64'),
      isResidentCredential: true,
      rpId: 'localhost',
      privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
        .export({ format: 'der', type: 'pkcs8' }).toString('base64'),
      userHandle: Buffer.from('nobody').toString('base64'),
      signCount: 1,
    },
  });
  await page.goto('/sign-in/passkey');
  await page.getByRole('button', { name: /Utiliser ma clé/ }).click();
  await page.getByRole('alert').filter({ hasText: /plus connue ici/ }).waitFor();
  page.seen.problems.length = 0;  // the browser notes the 422 itself
  await checkPage(page);
  await page.context().close();
});

test('without JavaScript each page says that it needs it, and offers no button that does nothing', async () => {
  const page = await newPage({ url: server.url, width: 360, javascript: false });
  await page.goto('/sign-in/passkey');
  await page.getByText(/ont besoin de JavaScript/).waitFor();
  assert.equal(await page.getByRole('button', { name: /Utiliser ma clé/ }).isVisible(), false);
  await checkPage(page);
  const link = await invite(page, 'nina@externe.fr');
  await page.goto(link);
  await page.getByText(/ont besoin de JavaScript/).waitFor();
  await checkPage(page);
  await page.context().close();
});

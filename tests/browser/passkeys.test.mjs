// SPDX-License-Identifier: EUPL-1.2
// Somebody invited by mail sets up a passkey and signs in with it, in a real browser with the virtual
// authenticator of its developer tools. Wide and narrow; and what those without JavaScript are told.
import assert from 'node:assert/strict';
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
  await page.goto('/demo/mail');
  return page.evaluate(async (to) => {
    // The letter itself, from its list: the page links to each.
    const parser = new DOMParser();
    for (const link of document.querySelectorAll('main a[href^="/demo/mail/"]')) {
      const text = await (await fetch(link.href)).text();
      const found = text.includes(to) && text.match(/\/invited\/[\w-]{43}/);
      if (found) return found[0];
      parser.parseFromString(text, 'text/html');
    }
    return null;
  }, email);
}

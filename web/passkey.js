// SPDX-License-Identifier: EUPL-1.2
// Passkeys (WebAuthn): only a script can reach the authenticator. A form[data-passkey] tells what to
// do ("create" or "get") and where: data-challenge answers the options, data-finish takes the result.
// Its words are in the page: [data-passkey-says=<case>] is shown when that happened.
(() => {
  'use strict';

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');

  const decoded = (options) => {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const known of options.excludeCredentials || []) known.id = bytes(known.id);
    return options;
  };
  const encoded = ({ id, response }) => {
    const parts = {};
    for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
      if (response[name]) parts[name] = text(response[name]);
    }
    return { id, response: parts };
  };

  class Refused extends Error {}
  const post = async (form, url, body) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/json',
        'X-CSRF-Token': form.elements._token.value,
      },
      body: JSON.stringify(body),
    });
    const value = await answer.json();
    if (!answer.ok) throw new Refused(value.detail || value.title);
    return value;
  };

  const run = async (form) => {
    const { passkey, challenge, finish } = form.dataset;
    const publicKey = decoded(await post(form, challenge, {}));
    const made = await navigator.credentials[passkey]({ publicKey });
    const body = encoded(made);
    if (form.elements.next) body.next = form.elements.next.value;
    const { location: there } = await post(form, finish, body);
    location.assign(there);
  };

  const case_of = (error) => {
    if (error.name === 'InvalidStateError') return 'known';
    if (error.name === 'SecurityError') return 'elsewhere';
    if (error.name === 'NotAllowedError' || error.name === 'AbortError') return 'cancelled';
    return 'failed';
  };

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    const says = (name, words) => {
      for (const one of form.querySelectorAll('[data-passkey-says]')) {
        one.hidden = one.dataset.passkeySays !== name;
        if (!one.hidden && words) one.querySelector('p').textContent = words;
      }
    };
    if (!window.PublicKeyCredential) {
      says('unsupported');
      continue;
    }
    const button = form.querySelector('button');
    says('');
    button.hidden = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      says('');
      button.disabled = true;
      try {
        await run(form);
      } catch (error) {
        if (error instanceof Refused) says('refused', error.message);
        else says(case_of(error));
        button.disabled = false;
        button.focus();
      }
    });
  }
})();

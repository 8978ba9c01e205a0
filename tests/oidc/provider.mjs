// SPDX-License-Identifier: EUPL-1.2
// The real npm oidc-provider, set up as ProConnect is: everything below /api/v2, user information as
// a signed token, levels of authentication, logout at session/end, and no parameter that it does not
// know. Its page for signing in lists the accounts, each with the level of authentication it has.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import Provider, { interactionPolicy } from 'oidc-provider';

const known = new Set(['response_type', 'client_id', 'redirect_uri', 'scope', 'state', 'nonce', 'claims', 'prompt',
  'idp_hint', 'login_hint', 'siret_hint']);
const scopes = ['given_name', 'usual_name', 'email', 'uid', 'siret', 'idp_id', 'roles', 'organization_label',
  'organizational_unit', 'belonging_population'];

// accounts: {id: {claims: {...}, acr}}. {issuer, client, secret, signedInPages, stop()}
export async function startProvider({ campus, port, accounts, algorithm = 'RS256' }) {
  const issuer = `http://127.0.0.1:${port}/api/v2`;
  const client = 'campus';
  const secret = randomBytes(24).toString('base64url');
  const { privateKey } = algorithm === 'ES256'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: algorithm, kid: `${algorithm}-1` };

  // A provider that grants what it has, not what was asked: the level must be checked by Campus.
  const policy = interactionPolicy.base();
  policy.get('login').checks.remove('essential_acrs');
  policy.get('login').checks.remove('essential_acr');

  const provider = new Provider(issuer, {
    clients: [{
      client_id: client,
      client_secret: secret,
      redirect_uris: [`${campus}/sign-in/proconnect/return`],
      post_logout_redirect_uris: [`${campus}/sign-out/return`],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_post',
      id_token_signed_response_alg: algorithm,
      userinfo_signed_response_alg: algorithm,
    }],
    jwks: { keys: [key] },
    routes: { authorization: '/authorize', token: '/token', userinfo: '/userinfo', end_session: '/session/end', jwks: '/jwks' },
    scopes: ['openid', ...scopes],
    claims: { openid: ['sub'], acr: null, ...Object.fromEntries(scopes.map((name) => [name, [name]])) },
    acrValues: ['eidas0', 'eidas0-mfa', 'eidas1', 'eidas1-mfa', 'eidas2', 'eidas3'],
    pkce: { required: () => false },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 60, Grant: 43200, Session: 43200, Interaction: 600 },
    features: {
      devInteractions: { enabled: false },
      jwtUserinfo: { enabled: true },
      claimsParameter: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = `<!doctype html><title>logout</title>${form}<script>
            const form = document.forms[0];
            form.insertAdjacentHTML('beforeend', '<input type="hidden" name="logout" value="yes">');
            form.submit();</script>`;
        },
      },
    },
    interactions: { policy, url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id].claims }) }),
    // Consent was given to the administration.
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope(['openid', ...scopes].join(' '));
      grant.addOIDCClaims(['acr']);
      await grant.save();
      return grant;
    },
    renderError: (ctx, out) => { ctx.type = 'html'; ctx.body = `<!doctype html><title>error</title>${out.error}`; },
  });
  const errors = [];
  for (const event of ['server_error', 'authorization.error', 'grant.error', 'userinfo.error', 'end_session.error']) {
    provider.on(event, (ctx, error) => errors.push(`${event}: ${error.message} ${error.error_description ?? ''}`));
  }
  const callback = provider.callback();

  const refuse = (response, code) => {
    response.writeHead(400, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><html lang="fr"><title>Erreur</title><h1>${code}</h1></html>`);
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, issuer);
    if (url.pathname === '/api/v2/authorize') {
      const strange = [...url.searchParams.keys()].some((name) => !known.has(name));
      const short = ['state', 'nonce'].some((name) => (url.searchParams.get(name) ?? '').length < 32);
      if (strange || short) return refuse(response, 'Y000400');
    }
    const asked = url.pathname.match(/^\/interaction\/[\w-]+(?:\/([\w-]+))?$/);
    if (asked?.[1]) {
      const account = accounts[asked[1]];
      return provider.interactionFinished(request, response,
        account ? { login: { accountId: asked[1], acr: account.acr, amr: ['pwd'] } }
          : { error: 'access_denied', error_description: 'cancelled' });
    }
    if (asked) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      return response.end(`<!doctype html><html lang="fr"><title>ProConnect</title><h1>Choisir un compte</h1><ul>${
        [...Object.keys(accounts), 'cancel'].map((id) => `<li><a href="${url.pathname}/${id}">${id}</a>`).join('')}</ul></html>`);
    }
    if (url.pathname === '/favicon.ico') return response.writeHead(204).end();
    if (!url.pathname.startsWith('/api/v2/')) return refuse(response, 'Y000404');
    request.originalUrl = request.url;
    request.url = request.url.slice('/api/v2'.length);
    return callback(request, response);
  });
  await new Promise((done, fail) => server.listen(port, '127.0.0.1', done).on('error', fail));
  return {
    issuer, client, secret, errors,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

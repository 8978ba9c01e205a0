// SPDX-License-Identifier: EUPL-1.2
// Pix as its interface for prescribers is documented: client credentials with scopes, organisations,
// their campaigns, participations page by page. The first line of output is its port. Each line of
// input is a JSON command, answered by one line:
//   {"campaigns": [{id, organisation, ...}]}         what there is; so "organisations"
//   {"participations": {"<campaign>": [...]}}        in the order of their ids
//   {"faults": [{path, page?, times?, ...}]}         what goes wrong from now on: "status" (with
//       "headers"), "body" (instead of the answer), "patch" ({list index: fields}), "slow" (ms),
//       "hang_up", "bytes" (so many spaces); `times` times, else always
//   {"revoke": true}                                 no access token given so far counts any more
//   {"log": true}                                    answered by the requests since the last time
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';

const client = { id: 'campus', secret: 'a-secret-of-the-tests', scopes: ['meta', 'campaigns'] };
const state = { organisations: [], campaigns: [], participations: {}, faults: [] };
const tokens = new Map();
let log = [];

const send = (response, status, body, headers = {}) => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};
const refuse = (response, status, code) => send(response, status, { errors: [{ status: String(status), code }] });

async function readForm(request) {
  let body = '';
  for await (const chunk of request) body += chunk;
  return new URLSearchParams(body);
}

async function giveToken(request, response) {
  const form = await readForm(request);
  if (form.get('grant_type') !== 'client_credentials') return refuse(response, 400, 'grant');
  if (form.get('client_id') !== client.id || form.get('client_secret') !== client.secret) return refuse(response, 401, 'client');
  const scopes = (form.get('scope') ?? '').split(' ').filter(Boolean);
  if (!scopes.length || scopes.some((scope) => !client.scopes.includes(scope))) return refuse(response, 403, 'scope');
  const token = randomBytes(24).toString('base64url');
  tokens.set(token, scopes);
  send(response, 200, { access_token: token, token_type: 'bearer', client_id: client.id });
}

// The page that was asked for, as Pix tells it: `count` is the number of pages.
function paged(items, query, otherwise) {
  const size = Number(query.get('page[size]') || otherwise);
  const number = Number(query.get('page[number]') || 1);
  if (!(size > 0 && size <= 1000) || !(number > 0)) return null;
  return { items: items.slice((number - 1) * size, number * size), page: { number, size, count: Math.ceil(items.length / size) } };
}

function answer(path, query, scopes) {
  if (path === '/api/organizations') {
    return scopes.includes('meta') ? { body: state.organisations } : { status: 403 };
  }
  if (!scopes.includes('campaigns')) return { status: 403 };
  const campaigns = path.match(/^\/api\/organizations\/(\d+)\/campaigns$/);
  if (campaigns) {
    const of = state.campaigns.filter((campaign) => campaign.organisation === Number(campaigns[1]));
    const found = paged(of.map(({ organisation, ...campaign }) => campaign), query, 1000);
    return found ? { body: { page: found.page, campaigns: found.items } } : { status: 400 };
  }
  const participations = path.match(/^\/api\/campaigns\/(\d+)\/participations$/);
  if (!participations) return { status: 404 };
  if (Number(query.get('page[size]')) > 200) return { status: 400 };
  const all = state.participations[participations[1]];
  if (!all) return { status: 404 };
  const since = query.get('since');
  if (since && Number.isNaN(Date.parse(since))) return { status: 400 };
  const from = since ? Date.parse(since) : -Infinity;
  const found = paged(all.filter((one) => Date.parse(one.sharedAt ?? one.createdAt) >= from), query, 10);
  return found ? { body: { campaignParticipations: found.items, page: found.page } } : { status: 400 };
}

function faultFor(path, query) {
  const fault = state.faults.find((one) => one.path === path && (!one.page || one.page === Number(query.get('page[number]'))));
  if (fault?.times && --fault.times === 0) state.faults.splice(state.faults.indexOf(fault), 1);
  return fault;
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://pix');
  log.push({ path: pathname, page: Number(searchParams.get('page[number]')), since: searchParams.get('since') });
  const fault = faultFor(pathname, searchParams);
  if (fault?.hang_up) return request.socket.destroy();
  if (fault?.slow) await new Promise((resolve) => setTimeout(resolve, fault.slow));
  if (fault?.status) return send(response, fault.status, fault.body ?? {}, fault.headers);
  if (fault?.body !== undefined) return send(response, 200, fault.body);
  if (fault?.bytes) return send(response, 200, ' '.repeat(fault.bytes));
  if (request.method === 'POST' && pathname === '/api/application/token') return giveToken(request, response);
  const scopes = tokens.get((request.headers.authorization ?? '').replace(/^Bearer /, ''));
  if (!scopes) return refuse(response, 401, 'token');
  const { status = 200, body } = answer(pathname, searchParams, scopes);
  if (status !== 200) return refuse(response, status, 'refused');
  const text = JSON.stringify(body);
  if (!fault?.patch) return send(response, 200, text);
  const patched = JSON.parse(text);
  for (const [index, fields] of Object.entries(fault.patch)) {
    Object.assign(index === 'page' ? patched.page : patched.campaignParticipations[Number(index)], fields);
  }
  send(response, 200, patched);
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
const commands = createInterface({ input: process.stdin });
commands.on('line', (line) => {
  const command = JSON.parse(line);
  if (command.log) {
    console.log(JSON.stringify(log));
    log = [];
    return;
  }
  if (command.revoke) tokens.clear();
  for (const name of Object.keys(state)) if (command[name]) state[name] = command[name];
  console.log('true');
});
commands.on('close', () => process.exit());

// SPDX-License-Identifier: EUPL-1.2
// Candidates of tests of positioning who answer as fast as they can, over kept-alive connections to
// one or several servers. Prints the figures as one line of JSON.
//   node bench/positioning.mjs KEYS begin|answer SECONDS URL...
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';

const [, , keysFile, what, seconds, ...urls] = process.argv;
const { tokens } = JSON.parse(readFileSync(keysFile, 'utf8'));
const atOnce = 32;
const formToken = (token) => createHash('sha256').update(`campus form${token}`).digest('base64url');
const agents = urls.map(() => new Agent({ keepAlive: true, maxSockets: atOnce / urls.length }));

const call = (method, path, token, server, body) =>
  new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const asking = request(`${urls[server]}${path}`, {
      method, agent: agents[server],
      headers: {
        'cookie': `campus_session=${token}`, 'x-csrf-token': formToken(token), 'accept': 'application/json',
        ...(text && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      },
    }, (answer) => {
      let said = '';
      answer.setEncoding('utf8').on('data', (part) => { said += part; })
        .on('end', () => resolve({ status: answer.statusCode, said }));
    });
    asking.on('error', reject).end(text);
  });
const all = (work) => Promise.all(Array.from({ length: atOnce }, (_, client) => work(client)));

const begin = (token, server) => call('POST', '/positioning', token, server, { scope: 'all' });

if (what === 'begin') {
  let next = 0, begun = 0;
  await all(async (client) => {
    while (next < tokens.length) {
      const { status } = await begin(tokens[next++], client % urls.length);
      if (status === 201) ++begun;
    }
  });
  console.log(JSON.stringify({ begun }));
} else {
  // Each client has its own candidates, one after the other, so that nobody answers twice at once.
  const times = [], statuses = {};
  let open, openToken;
  const start = performance.now();
  await all(async (client) => {
    const server = client % urls.length;
    for (let i = client; performance.now() - start < seconds * 1000; i = (i + atOnce) % tokens.length) {
      const token = tokens[i];
      const { said } = await call('GET', '/positioning', token, server);
      const { in_progress: test } = JSON.parse(said);
      const id = test?.id ?? JSON.parse((await begin(token, server)).said).id;
      const path = `/positioning/${id}`;
      let { revision } = JSON.parse((await call('GET', path, token, server)).said);
      // A dozen answers, then the next candidate; one in three is "I do not know".
      for (let n = 0; n < 12 && performance.now() - start < seconds * 1000; ++n) {
        let body = n % 3 === 2 ? { revision, unknown: true } : { revision, answer: '0' };
        const begun = performance.now();
        let answered = await call('POST', `${path}/answers`, token, server, body);
        // "0" is no complete answer to some formats.
        if (answered.status === 422) {
          answered = await call('POST', `${path}/answers`, token, server, { revision, unknown: true });
          statuses.incomplete = (statuses.incomplete ?? 0) + 1;
        }
        statuses[answered.status] = (statuses[answered.status] ?? 0) + 1;
        if (answered.status !== 200) break;
        times.push(performance.now() - begun);
        const told = JSON.parse(answered.said);
        if (told.over || !told.recorded) break;
        ++revision;
        open = path;
        openToken = token;
      }
    }
  });
  const taken = (performance.now() - start) / 1000;
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(share * (times.length - 1))] ?? 0;
  console.log(JSON.stringify({
    requests: times.length, seconds: taken, median_ms: at(0.5), p99_ms: at(0.99), statuses, open, token: openToken,
  }));
}
for (const agent of agents) agent.destroy();

// SPDX-License-Identifier: EUPL-1.2
// Decides: supervisors who approve, one after the other, what their agents asked for; some at a
// time, over kept-alive connections to one or several servers. Prints the figures as one line.
//   node bench/decisions.mjs KEYS SECONDS URL...      (KEYS: the file of load-bench --tokens)
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';

const [, , keysFile, seconds, ...urls] = process.argv;
const { tokens, decisions } = JSON.parse(readFileSync(keysFile, 'utf8'));
const atOnce = 64;
const body = JSON.stringify({ verdict: 'favourable' });

// As src/http/tokens.cpp makes it: what stands in the supervisor's forms.
const formToken = (token) => createHash('sha256').update(`campus form${token}`).digest('base64url');
const agents = urls.map(() => new Agent({ keepAlive: true, maxSockets: atOnce / urls.length }));

const decide = ([supervisor, id], server) =>
  new Promise((resolve, reject) => {
    const token = tokens[supervisor];
    const posting = request(
      `${urls[server]}/requests/${id}/decision`,
      {
        method: 'POST',
        agent: agents[server],
        headers: {
          'cookie': `campus_session=${token}`,
          'x-csrf-token': formToken(token),
          'accept': 'application/json',
          'content-type': 'application/json',
          'content-length': body.length,
        },
      },
      (answer) => answer.resume().on('end', () => resolve(answer.statusCode)),
    );
    posting.on('error', reject).end(body);
  });

// The teams in turn, and each at another place of its list: two clients seldom want the same
// supervisor or the same session.
const size = decisions.filter(([supervisor]) => supervisor === 0).length;
const teams = decisions.length / size;
const inTurn = decisions.map((_, i) => {
  const team = i % teams;
  return decisions[team * size + (Math.floor(i / teams) + team) % size];
});
let next = 0;
const times = [];
const statuses = {};
const start = performance.now();
await Promise.all(
  Array.from({ length: atOnce }, async (_, client) => {
    while (performance.now() - start < seconds * 1000 && next < inTurn.length) {
      const one = inTurn[next++];
      const begun = performance.now();
      const status = await decide(one, client % urls.length);
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status === 200) times.push(performance.now() - begun);
    }
  }),
);
const taken = (performance.now() - start) / 1000;
for (const agent of agents) agent.destroy();
times.sort((a, b) => a - b);
const at = (share) => times[Math.floor(share * (times.length - 1))] ?? 0;
console.log(
  JSON.stringify({
    requests: times.length, seconds: taken, median_ms: at(0.5), p99_ms: at(0.99), statuses,
  }),
);

// SPDX-License-Identifier: EUPL-1.2
// Takes seats: signed-in agents who post the form of a session, some at a time, over kept-alive
// connections to one or several servers. Prints the figures as one line of JSON.
//   node bench/seats.mjs KEYS SECONDS one|spread URL...      (KEYS: the file of load-bench --tokens)
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';

const [, , keysFile, seconds, mode, ...urls] = process.argv;
const { tokens, sessions } = JSON.parse(readFileSync(keysFile, 'utf8'));
const atOnce = 64;

// As src/http/tokens.cpp makes it: what stands in the agent's forms.
const formToken = (token) => createHash('sha256').update(`campus form${token}`).digest('base64url');
const agents = urls.map(() => new Agent({ keepAlive: true, maxSockets: atOnce / urls.length }));
const takers = tokens.map((token) => ({
  'cookie': `campus_session=${token}`,
  'x-csrf-token': formToken(token),
  'accept': 'application/json',
  'content-type': 'application/json',
  'content-length': 2,
}));

// Each pair of a taker and a session once: `one` session or, `spread`, the hundred others.
function* pairs() {
  if (mode === 'one') for (let i = 0; i < takers.length; ++i) yield [i, sessions[0]];
  else
    for (let round = 0; round < sessions.length - 1; ++round)
      for (let i = 0; i < takers.length; ++i)
        yield [i, sessions[1 + ((i + round) % (sessions.length - 1))]];
}

const take = (taker, session, server) =>
  new Promise((resolve, reject) => {
    const posting = request(
      `${urls[server]}/sessions/${session}/enrolments`,
      { method: 'POST', agent: agents[server], headers: takers[taker] },
      (answer) => answer.resume().on('end', () => resolve(answer.statusCode)),
    );
    posting.on('error', reject).end('{}');
  });

const next = pairs();
const times = [];
const statuses = {};
const start = performance.now();
await Promise.all(
  Array.from({ length: atOnce }, async (_, client) => {
    while (performance.now() - start < seconds * 1000) {
      const { value, done } = next.next();
      if (done) return;
      const begun = performance.now();
      const status = await take(value[0], value[1], client % urls.length);
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status === 201) times.push(performance.now() - begun);
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

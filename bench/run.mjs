// SPDX-License-Identifier: EUPL-1.2
// What script/bench measures on one engine: loads data, starts servers, prints a table with the goal
// beside each figure.
//   node bench/run.mjs BINARY DATABASE-URL SECTION...
import { mkdtempSync, readFileSync, rmSync, writeFileSync, openSync, writeSync, fdatasyncSync, closeSync } from 'node:fs';
import { connect } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Server, databaseCpuMs, run } from './processes.mjs';

const [, , binary, databaseUrl, ...sections] = process.argv;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
const engine = databaseUrl.startsWith('sqlite:') ? 'SQLite' : 'PostgreSQL';
const folder = mkdtempSync(join(tmpdir(), 'campus-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const seconds = Number(process.env.BENCH_SECONDS ?? 8); // of each measurement
const connections = 16;
const idleConnections = 5000;

// -- printing

const here = fileURLToPath(new URL('.', import.meta.url));

const widths = [46, 9, 8, 9, 9, 8, 8];
const print = (cells, goal = '') =>
  console.log(
    cells
      .map((cell, i) => (i === 0 ? String(cell).padEnd(widths[0]) : String(cell).padStart(widths[i])))
      .join('') + (goal && `   ${goal}`),
  );
const heading = (title) => {
  console.log(`\n${engine}: ${title}   [load average ${loadavg()[0].toFixed(1)}]`);
};
const columns = () => print(['', 'req/s', 'CPU ms', 'median', 'p99 ms', 'queries', 'kB'], 'goal');
const verdict = (good, text) => `${good ? 'reached' : 'MISSED '}  ${text}`;

function show(name, figures, goal) {
  print(
    [name, Math.round(figures.rate), figures.cpu.toFixed(3), figures.median_ms.toFixed(2),
      figures.p99_ms.toFixed(2), figures.queries.toFixed(1), (figures.bytes / 1e3).toFixed(1)],
    goal,
  );
  if (figures.refused || figures.broken)
    console.log(`  !! ${figures.refused} refused, ${figures.broken} broken`);
}

// -- measuring

async function load(url, agents) {
  const keys = join(folder, `keys-${agents}.json`);
  const begun = Date.now();
  await run(binary, ['load-bench', '--database', url, '--agents', agents, '--tokens', keys]);
  if (engine === 'PostgreSQL')
    await run('psql', ['-q', '-d', url, '-c', 'VACUUM ANALYZE', '-c', 'CHECKPOINT']);
  console.log(`${engine}: 10,000 offers and ${agents} agents loaded in ${Math.round((Date.now() - begun) / 1000)} s`);
  return { file: keys, ...JSON.parse(readFileSync(keys, 'utf8')) };
}

// Asks the lines (see requests.lua) for some seconds; CPU is of the server and the database.
async function measure(server, lines, { lasting = seconds, encoding } = {}) {
  const file = join(folder, 'requests');
  writeFileSync(file, lines.join('\n') + '\n');
  const ask = async (time) => {
    const { stdout } = await run(
      'wrk',
      ['-t1', `-c${connections}`, `-d${time}s`, '-s', join(here, 'requests.lua'), server.url],
      { env: { ...process.env, BENCH_REQUESTS: file, ...(encoding && { BENCH_ENCODING: encoding }) } },
    );
    return JSON.parse(/FIGURES (.*)/.exec(stdout)[1]);
  };
  await ask(1);
  const before = [server.cpuMs(), await server.queries()];
  const figures = await ask(lasting);
  const cpu = server.cpuMs() - before[0];
  const queries = (await server.queries()) - before[1];
  const n = figures.requests;
  return { ...figures, rate: n / figures.seconds, cpu: cpu / n, queries: queries / n, bytes: figures.bytes / n };
}

// The same numbers at each run.
function randomNumbers(seed = 1) {
  return (end) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * end);
  };
}

function misspell(word, below) {
  const at = 1 + below(word.length - 2);
  return [
    word.slice(0, at) + word.slice(at + 1), // a letter is missing
    word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2), // two are swapped
    word.slice(0, at) + word[at] + word.slice(at), // one is doubled
  ][below(3)];
}

// A thousand different addresses of each kind, from what the catalogue itself shows.
async function addresses(server, keys) {
  const below = randomNumbers();
  const of = (list) => list[below(list.length)];
  const first = await server.json('/catalogue');
  const slugs = new Set();
  const words = new Set();
  for (let page = 1; page <= 60; ++page)
    for (const offer of (await server.json(`/catalogue?sort=title&page=${page * 8}`)).results) {
      slugs.add(offer.slug);
      for (const word of offer.title.match(/\p{L}{6,}/gu) ?? []) words.add(word.toLowerCase());
    }
  const vocabulary = [...words];
  const facets = Object.entries(first.facets).filter(([, values]) => values.length > 1);
  const lists = new Set();
  while (lists.size < 1000) {
    const query = new URLSearchParams();
    for (let i = below(3); i > 0; --i) {
      const [name, values] = of(facets);
      query.append(name, of(values).value);
    }
    if (below(3) === 0) query.set('q', of(vocabulary));
    if (below(4) === 0) query.set('sort', of(['title', 'date', 'duration']));
    if (below(2) === 0) query.set('page', 1 + below(20));
    if (below(8) === 0) query.set('free_seats', 1);
    lists.add(`/catalogue?${query}`);
  }
  const searches = new Set();
  while (searches.size < 1000)
    searches.add(`/catalogue?q=${encodeURIComponent(`${misspell(of(vocabulary), below)} ${of(vocabulary)}`)}`);
  const cookies = keys.tokens.slice(0, 1000).map((token) => `campus_session=${token}`);
  return {
    lists: [...lists],
    searches: [...searches],
    mine: cookies.map((cookie) => `/my-trainings\t${cookie}`),
    signedInLists: [...lists].map((path, i) => `${path}\t${cookies[i]}`),
    offers: [...slugs].slice(0, 1000).map((slug) => `/catalogue/${slug}`),
  };
}

// -- the sections

async function pages(server, paths) {
  heading(`pages, 1,000 different addresses each, ${connections} connections`);
  columns();
  const catalogue = await measure(server, paths.lists);
  show('catalogue with facets', catalogue,
    verdict(catalogue.cpu <= 0.5 && catalogue.rate >= 2000, 'CPU <= 0.5 ms, >= 2,000 req/s'));
  const search = await measure(server, paths.searches);
  show('two words, one misspelt', search, verdict(search.cpu <= 2, 'CPU <= 2 ms'));
  const mine = await measure(server, paths.mine);
  show('my trainings, 1,000 agents signed in', mine, verdict(mine.cpu <= 0.5, 'CPU <= 0.5 ms'));
  show('catalogue, signed in', await measure(server, paths.signedInLists));
  show('page of an offer', await measure(server, paths.offers));
  show('catalogue, compressed (br)', await measure(server, paths.lists, { encoding: 'br, gzip' }));
}

// Connections that have asked once and then keep silent.
async function openIdle(server, count) {
  const { hostname, port } = new URL(server.url);
  const sockets = [];
  while (sockets.length < count) {
    const some = await Promise.all(
      Array.from({ length: Math.min(250, count - sockets.length) }, async () => {
        const socket = connect(Number(port), hostname);
        await once(socket, 'connect');
        socket.write('GET /health/live HTTP/1.1\r\nHost: bench\r\n\r\n');
        await once(socket, 'data');
        return socket;
      }),
    );
    sockets.push(...some);
  }
  return sockets;
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const mean = (all, what) => median(all.map((figures) => figures[what]));

async function idle(server, paths) {
  heading(`${idleConnections} idle connections, in turn with none (medians of 5)`);
  columns();
  for (const [name, lines] of [['catalogue', paths.lists], ['my trainings', paths.mine]]) {
    const without = [];
    const beside = [];
    for (let round = 0; round < 5; ++round) {
      without.push(await measure(server, lines, { lasting: 2 }));
      const sockets = await openIdle(server, idleConnections);
      beside.push(await measure(server, lines, { lasting: 2 }));
      for (const socket of sockets) socket.destroy();
    }
    compare(name, 'none idle', without, `${idleConnections} idle`, beside, true);
  }
}

// Slower by: the growth of time on the processor or, for what costs waiting, of time in all.
function compare(name, nameBefore, before, nameAfter, after, inAll) {
  const summary = (all) =>
    Object.fromEntries(['rate', 'cpu', 'median_ms', 'p99_ms', 'queries', 'bytes', 'refused', 'broken']
      .map((what) => [what, mean(all, what)]));
  const [a, b] = [summary(before), summary(after)];
  show(`${name}, ${nameBefore}`, a);
  const growth = Math.max(b.cpu / a.cpu, inAll ? a.rate / b.rate : 0) - 1;
  show(`${name}, ${nameAfter}`, b, verdict(growth < 0.2, `slower by < 20 %: ${(growth * 100).toFixed(0)} %`));
}

async function growth(server, paths) {
  let large = databaseUrl + '-large';
  if (engine === 'PostgreSQL') {
    await run('psql', ['-q', '-d', databaseUrl, '-c', 'CREATE DATABASE campus_large']);
    large = databaseUrl.replace('/postgres?', '/campus_large?');
  }
  const keys = await load(large, 2_500_000);
  const other = await Server.start(binary, large);
  const otherPaths = await addresses(other, keys);
  heading('25,000 agents in turn with 2,500,000 (medians of 5)');
  columns();
  for (const [name, kind] of [['catalogue', 'lists'], ['two words, one misspelt', 'searches'], ['my trainings', 'mine']]) {
    const small = [];
    const big = [];
    for (let round = 0; round < 5; ++round) {
      small.push(await measure(server, paths[kind], { lasting: 2 }));
      big.push(await measure(other, otherPaths[kind], { lasting: 2 }));
    }
    compare(name, '25,000', small, '2,500,000', big, false);
  }
  await other.stop();
}

// What the disk itself can do: a block written and synced, one after the other.
function commitsPerSecond() {
  const file = openSync(join(folder, 'sync'), 'w');
  const block = Buffer.alloc(8192);
  writeSync(file, Buffer.alloc(1000 * block.length)); // a log that is used again, as databases do
  fdatasyncSync(file);
  const start = performance.now();
  let count = 0;
  for (; performance.now() - start < 2000; ++count) {
    writeSync(file, block, 0, block.length, (count % 1000) * block.length);
    fdatasyncSync(file);
  }
  closeSync(file);
  return count / ((performance.now() - start) / 1000);
}

async function seats(server, keys) {
  // Two server processes, as on two machines; a file has one.
  const others = engine === 'PostgreSQL' ? [await Server.start(binary, databaseUrl)] : [];
  const servers = [server, ...others];
  heading(`seats taken, ${servers.length} server process${others.length ? 'es' : ''}, each commit synced`);
  console.log(`the disk alone: ${Math.round(commitsPerSecond())} synced writes a second, one after the other`);
  columns();
  for (const [mode, name, goal] of [['one', 'on one session', 500], ['spread', 'over 100 sessions', 1000]]) {
    const cpu = () =>
      servers.reduce((sum, one) => sum + one.cpuMs(), 0) - others.length * databaseCpuMs(databaseUrl);
    const queries = async () =>
      (await Promise.all(servers.map((one) => one.queries()))).reduce((a, b) => a + b);
    const before = [cpu(), await queries()];
    const { stdout } = await run(process.execPath,
      [join(here, 'seats.mjs'), keys.file, seconds, mode, ...servers.map((one) => one.url)]);
    const figures = JSON.parse(stdout);
    const rate = figures.requests / figures.seconds;
    show(`seats ${name}`,
      { ...figures, rate, cpu: (cpu() - before[0]) / figures.requests,
        queries: ((await queries()) - before[1]) / figures.requests, bytes: 0 },
      engine === 'PostgreSQL' ? verdict(rate >= goal, `>= ${goal} a second`) : '');
    const wrong = Object.entries(figures.statuses).filter(([status]) => status !== '201');
    if (wrong.length) console.log(`  !! other answers: ${JSON.stringify(Object.fromEntries(wrong))}`);
  }
  for (const other of others) await other.stop();
}

async function decisions(server, keys) {
  const others = engine === 'PostgreSQL' ? [await Server.start(binary, databaseUrl)] : [];
  const servers = [server, ...others];
  heading(`decisions, ${servers.length} server process${others.length ? 'es' : ''}, each with its seat, letter and audit row`);
  columns();
  const cpu = () =>
    servers.reduce((sum, one) => sum + one.cpuMs(), 0) - others.length * databaseCpuMs(databaseUrl);
  const queries = async () =>
    (await Promise.all(servers.map((one) => one.queries()))).reduce((a, b) => a + b);
  const before = [cpu(), await queries()];
  const { stdout } = await run(process.execPath,
    [join(here, 'decisions.mjs'), keys.file, seconds, ...servers.map((one) => one.url)]);
  const figures = JSON.parse(stdout);
  const rate = figures.requests / figures.seconds;
  show('decisions of 60 supervisors',
    { ...figures, rate, cpu: (cpu() - before[0]) / figures.requests,
      queries: ((await queries()) - before[1]) / figures.requests, bytes: 0 },
    engine === 'PostgreSQL' ? verdict(rate >= 500, '>= 500 a second') : '');
  const wrong = Object.entries(figures.statuses).filter(([status]) => status !== '200');
  if (wrong.length) console.log(`  !! other answers: ${JSON.stringify(Object.fromEntries(wrong))}`);
  for (const other of others) await other.stop();
  const team = await measure(server, [`/my-team\tcampus_session=${keys.tokens[keys.team_of_200]}`]);
  // One of the queries is that of the session cookie; a job asks now and then.
  show('my team of 200, 20 of them asking', team,
    verdict(team.cpu <= 2 && team.queries < 5.5, 'CPU <= 2 ms, 4 queries and who is signed in'));
}

// Tests of positioning: candidates of known ability first, then as many answers as can be to tests
// of which as many more are in progress as there are candidates.
async function positioning(server, keys) {
  const others = engine === 'PostgreSQL' ? [await Server.start(binary, databaseUrl)] : [];
  const servers = [server, ...others];
  const urls = servers.map((one) => one.url);
  const ask = async (...options) =>
    JSON.parse((await run(binary.replace(/campus$/, 'positioning_bench'), options.map(String))).stdout);
  heading('candidates of known ability, over HTTP');
  const known = await ask('candidates', keys.file, process.env.BENCH_CANDIDATES ?? 500, databaseUrl, ...urls);
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  console.log(`${known.candidates} candidates, ${known.questions.toFixed(1)} questions each; levels within one of the true one: ` +
    `${percent(known.within_one)}; mean error ${known.error.toFixed(2)}, root mean square ${known.rmse.toFixed(2)}`);
  print(['bias of the levels', known.bias.toFixed(2)], verdict(Math.abs(known.bias) <= 0.25, '<= 0.25 of a level'));
  print(['stated ranges hold the true level', percent(known.covered)],
    verdict(known.covered >= known.stated, `>= ${percent(known.stated)}, as stated; ${known.width.toFixed(1)} levels wide`));
  console.log(`bias by true level, 0 to 8: ${known.bias_by_true_level.map((b) => b?.toFixed(1) ?? '-').join('  ')}`);

  heading(`answers to tests of positioning, ${servers.length} server process${others.length ? 'es' : ''}, each commit synced`);
  const tests = join(folder, 'tests');
  const { begun } = await ask('begin', keys.file, tests, ...urls);
  console.log(`${begun} tests begun, and as many loaded`);
  columns();
  const database = () => databaseCpuMs(databaseUrl);
  const cpu = () =>
    servers.reduce((sum, one) => sum + one.cpuMs(), 0) - others.length * database();
  const queries = async () =>
    (await Promise.all(servers.map((one) => one.queries()))).reduce((a, b) => a + b);
  const before = [cpu(), await queries(), database()];
  const figures = await ask('answer', tests, seconds, ...urls);
  const spent = [cpu(), await queries(), database()].map((now, i) => (now - before[i]) / figures.requests);
  const rate = figures.requests / figures.seconds;
  show('answers', { ...figures, rate, cpu: spent[0], queries: spent[1], bytes: 0 },
    engine === 'PostgreSQL'
      ? verdict(rate >= 2000 && figures.p99_ms < 50, '>= 2,000 a second, p99 < 50 ms') : '');
  console.log(`of the CPU of an answer the database takes ${spent[2].toFixed(3)} ms; besides: ${JSON.stringify(figures.others)}`);
  const page = await measure(server, [`${figures.open}\tcampus_session=${figures.token}`]);
  show('the page of a question', page, verdict(page.p99_ms < 50, 'p99 < 50 ms'));
  if (engine === 'PostgreSQL') {
    const { stdout } = await run('psql', ['-At', '-d', databaseUrl, '-c',
      "SELECT count(*) FILTER (WHERE state <> 'done'), max(pg_column_size(p.*)), max(octet_length(answers)) FROM positionings p"]);
    const [open, row, answers] = stdout.trim().split('|').map(Number);
    print([`${open} tests in progress; largest row, its answers`, `${row} B`, `${answers} B`], verdict(row < 4096, '< 4 kB'));
  }
  for (const other of others) await other.stop();
}

function memory(server) {
  heading('peak memory of the server under the load above');
  const megabytes = server.peakMegabytes();
  print(['VmHWM', `${megabytes.toFixed(0)} MB`], verdict(megabytes < 200, '< 200 MB'));
}

const has = (section) => sections.includes(section);
const keys = await load(databaseUrl, 25_000);
const server = await Server.start(binary, databaseUrl);
try {
  const paths = await addresses(server, keys);
  if (has('pages')) await pages(server, paths);
  if (has('idle')) await idle(server, paths);
  if (has('growth')) await growth(server, paths);
  if (has('seats')) await seats(server, keys);
  if (has('decisions')) await decisions(server, keys);
  if (has('positioning')) await positioning(server, keys);
  if (has('memory')) memory(server);
} finally {
  await server.stop();
}

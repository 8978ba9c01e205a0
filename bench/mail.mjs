// SPDX-License-Identifier: EUPL-1.2
// Letters through the outbox to a local mail server, all on one core but a PostgreSQL server.
//   taskset -c 0 node bench/mail.mjs MAIL_BENCH DATABASE-URL [LETTERS]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const [, , binary, url, letters = '5000'] = process.argv;
const engine = url.startsWith('sqlite:') ? 'SQLite' : 'PostgreSQL';
const sink = spawn(process.execPath, [fileURLToPath(new URL('smtp-sink.mjs', import.meta.url))], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const lines = createInterface({ input: sink.stdout })[Symbol.asyncIterator]();
const port = (await lines.next()).value;
const bench = spawn(binary, [url, `smtp://127.0.0.1:${port}`, letters], { stdio: ['ignore', 'pipe', 'inherit'] });
let told = '';
bench.stdout.on('data', (chunk) => (told += chunk));
const [status] = await once(bench, 'close');
sink.stdin.end();
const sinkMs = Number((await lines.next()).value);
if (status !== 0) process.exit(status);
const { put_us, put_wall_us, cpu_us, wall_us, bytes } = JSON.parse(told);

console.log(`\n${engine}: ${letters} letters of ${bytes} bytes on one core, with the mail server   [load average ${loadavg()[0].toFixed(1)}]`);
const print = (name, value, goal = '') => console.log(`${name.padEnd(54)}${value.padStart(12)}${goal && `   ${goal}`}`);
const rate = 1e6 / wall_us;
print('a letter put in the outbox, CPU of ours', `${put_us.toFixed(0)} µs`, `${put_us <= 400 ? 'reached' : 'MISSED '}  <= 400 µs (500 decisions a second)`);
print('   and until its transaction is durable', `${put_wall_us.toFixed(0)} µs`);
print('rendered and sent, CPU of ours', `${cpu_us.toFixed(0)} µs`);
print('   and of the mail server', `${((sinkMs * 1000) / Number(letters)).toFixed(0)} µs`);
print('letters a second, all on one core', rate.toFixed(0));
print('letters an hour', Math.round(rate * 3600).toLocaleString('en'), `${rate * 3600 >= 10000 ? 'reached' : 'MISSED '}  >= 10,000`);

// SPDX-License-Identifier: EUPL-1.2
// Servers to measure, and what processes cost according to /proc.
import { spawn, execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

export const run = promisify(execFile);

const tickMs = 10; // USER_HZ is 100 on Linux, whatever the kernel's own clock

// utime + stime, and those of the children that it has waited for.
function cpuMs(pid, withEnded = false) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number);
    return (user + system + (withEnded ? endedUser + endedSystem : 0)) * tickMs;
  } catch {
    return 0; // ended just now
  }
}

function childrenOf(parent) {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
    } catch {
      return false;
    }
  });
}

// The PostgreSQL of script/with-postgres; its first line is the postmaster's process.
export function databaseCpuMs(url) {
  if (!url.startsWith('postgresql:')) return 0;
  const folder = new URL(url).searchParams.get('host');
  const postmaster = Number(readFileSync(`${folder}/data/postmaster.pid`, 'utf8').split('\n')[0]);
  return childrenOf(postmaster).reduce((sum, pid) => sum + cpuMs(pid), cpuMs(postmaster, true));
}

export class Server {
  static async start(binary, database, options = []) {
    const server = new Server();
    server.database = database;
    server.process = spawn(
      binary,
      ['serve', '--database', database, '--listen', '127.0.0.1:0', '--no-rate-limits', ...options],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    process.on('exit', () => server.process.kill('SIGKILL')); // when the measuring breaks off
    for await (const line of createInterface(server.process.stdout)) {
      const found = /^listening on (http:.*)$/.exec(line);
      if (found) {
        server.url = found[1];
        break;
      }
    }
    if (!server.url) throw new Error('the server did not start');
    return server;
  }
  async stop() {
    this.process.kill('SIGTERM');
    if (this.process.exitCode === null) await once(this.process, 'exit');
  }
  cpuMs() {
    return cpuMs(this.process.pid) + databaseCpuMs(this.database);
  }
  peakMegabytes() {
    const status = readFileSync(`/proc/${this.process.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)[1]) / 1024;
  }
  async queries() {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    return Number(/^campus_db_queries_total (\S+)/m.exec(text)[1]);
  }
  async json(path, headers = {}) {
    const answer = await fetch(this.url + path, { headers: { accept: 'application/json', ...headers } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}

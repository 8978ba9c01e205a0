// SPDX-License-Identifier: EUPL-1.2
// A real mail server that takes every letter and keeps none. Its port is its first line; it ends
// when its standard input does, and then tells the CPU time that it took, in milliseconds.
import { SMTPServer } from 'smtp-server';

const server = new SMTPServer({
  disabledCommands: ['STARTTLS', 'AUTH'],
  logger: false,
  onData(stream, session, done) {
    stream.on('end', done).resume();
  },
});
server.listen(0, '127.0.0.1', () => console.log(server.server.address().port));
process.stdin.resume().on('end', () => {
  const { user, system } = process.cpuUsage();
  console.log(Math.round((user + system) / 1000));
  process.exit(0);
});

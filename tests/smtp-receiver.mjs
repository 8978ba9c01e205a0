// SPDX-License-Identifier: EUPL-1.2
// A real mail server for tests: takes letters by SMTP (smtp-server), reads them with a reader that
// is not ours (mailparser), and tells one JSON line about each on standard output; the first line
// is its port. What the local part of an address says, it does:
//   later-...     the first time "451", then takes it        no-...        "550", always
//   reject-...    "554" after the message                    slow-...      takes it after 100 ms
//   break-...     the first time closes in the middle of the message
// Each line on its standard input is answered by {"told": true}, after all letters that it took by
// then; it ends when that does.
import { SMTPServer } from 'smtp-server';
import { simpleParser } from 'mailparser';

const refusedOnce = new Set();
const firstTime = (address) => !refusedOnce.has(address) && refusedOnce.add(address);
const refusal = (code, words) => Object.assign(new Error(words), { responseCode: code });
let connections = 0;

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  hideENHANCEDSTATUSCODES: true,
  logger: false,
  onConnect(session, done) {
    ++connections;
    done();
  },
  onRcptTo({ address }, session, done) {
    if (address.startsWith('later-') && firstTime(address)) done(refusal(451, '4.3.0 try again later'));
    else if (address.startsWith('no-')) done(refusal(550, '5.1.1 no such user here'));
    else done();
  },
  onData(stream, session, done) {
    const chunks = [];
    const to = session.envelope.rcptTo[0].address;
    stream.on('data', (chunk) => {
      chunks.push(chunk);
      if (!to.startsWith('break-') || !firstTime(to)) return;
      session.broken = true;
      server.connections.forEach((one) => one._socket.destroy());
    });
    stream.on('end', async () => {
      if (session.broken) return;
      if (to.startsWith('reject-')) return done(refusal(554, '5.7.1 we do not like it'));
      const raw = Buffer.concat(chunks);
      const mail = await simpleParser(raw);
      const tell = () => {
        console.log(
          JSON.stringify({
            connection: connections,
            envelope: { from: session.envelope.mailFrom.address, to },
            id: mail.messageId,
            subject: mail.subject,
            from: mail.from.text,
            to: mail.to.value[0],
            date: mail.date,
            text: mail.text,
            html: mail.html,
            headers: Object.fromEntries(mail.headerLines.map(({ key, line }) => [key, line])),
            attachments: mail.attachments.map((part) => ({
              type: part.contentType,
              method: part.headers.get('content-type')?.params?.method ?? '',
              name: part.filename ?? '',
              text: part.content.toString(),
            })),
            raw: raw.toString('latin1'),
          }),
        );
        done();
      };
      if (to.startsWith('slow-')) setTimeout(tell, 100);
      else tell();
    });
  },
});
server.on('error', () => {}); // connections that break
server.listen(0, '127.0.0.1', () => console.log(server.server.address().port));
process.stdin.on('data', () => console.log('{"told":true}')).on('end', () => process.exit(0));

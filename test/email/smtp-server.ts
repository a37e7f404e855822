import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface SmtpMail {
  from: string;
  to: string[];
  raw: string;
}

/**
 * A server that speaks as much SMTP as a client needs to hand over a mail (RFC 5321), and refuses what it is told to.
 */
export async function startSmtp() {
  const mails: SmtpMail[] = [];
  const replies = new Map<string, string>();
  const sockets = new Set<Socket>();

  const server = createServer((socket) => {
    sockets.add(socket);
    let mail: SmtpMail = { from: '', to: [], raw: '' };
    let inData = false;
    let buffer = '';
    const say = (line: string) => socket.write(`${line}\r\n`);
    say('220 test');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      buffer += chunk.toString();
      if (inData) {
        const end = buffer.indexOf('\r\n.\r\n');
        if (end < 0) return;
        mails.push({ ...mail, raw: buffer.slice(0, end) });
        buffer = buffer.slice(end + 5);
        inData = false;
        return void say('250 taken');
      }
      for (let end = buffer.indexOf('\r\n'); end >= 0; end = buffer.indexOf('\r\n')) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        const verb = line.slice(0, 4).toUpperCase();
        const refusal = replies.get(verb);
        if (refusal === 'silence') return;
        if (refusal) say(refusal);
        else if (verb === 'EHLO') say('250 test');
        else if (verb === 'MAIL') {
          mail = { from: address(line), to: [], raw: '' };
          say('250 ok');
        } else if (verb === 'RCPT') {
          mail.to.push(address(line));
          say('250 ok');
        } else if (verb === 'DATA') {
          inData = true;
          say('354 go on');
        } else if (verb === 'QUIT') {
          say('221 bye');
          socket.end();
        } else say('250 ok');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    /** Every such command is answered so from now on; `silence` is no answer. */
    answer: (verb: 'EHLO' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA', reply: string) => void replies.set(verb, reply),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const address = (line: string): string => /<([^>]*)>/.exec(line)?.[1] ?? '';

// A mail server from npm that keeps what it takes, and refuses as it is told.

import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export class MailSink {
  /** Parsed, in the order in which they were taken. */
  mails = [];
  /** Connections so far that got as far as a recipient. */
  tries = 0;
  /** Called with a recipient, and again with the whole mail before it is taken; what it throws is the answer. */
  onRecipient = async () => {};
  onMail = async () => {};

  constructor(options = {}) {
    this.options = { authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], logger: false, ...options };
    this.port = 0;
  }

  async open() {
    const server = new SMTPServer({
      ...this.options,
      onRcptTo: (address, session, done) => {
        ++this.tries;
        this.onRecipient(address.address).then(() => done(), done);
      },
      onData: (stream, session, done) => {
        simpleParser(stream).then(async (mail) => {
          const taken = { ...mail, envelope: session.envelope, secure: session.secure, user: session.user };
          await this.onMail(taken);
          this.mails.push(taken);
          done();
        }).catch(done);
      },
    });
    server.on('error', () => {}); // a client that is killed
    await new Promise((listening) => server.listen(this.port, '127.0.0.1', listening));
    this.port = server.server.address().port;
    this.server = server;
  }

  async close() {
    await new Promise((closed) => this.server.close(closed));
  }

  to(address) {
    return this.mails.filter((mail) => mail.envelope.rcptTo[0].address === address);
  }
}

export function refusal(code, text) {
  return Object.assign(new Error(text), { responseCode: code });
}

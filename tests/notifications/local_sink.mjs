// A mail server for this machine that prints every mail it takes. Usage: local_sink.mjs PORT

import { MailSink } from './mail_sink.mjs';

const sink = new MailSink();
sink.port = Number(process.argv[2] ?? 2525);
sink.onMail = async (mail) => console.log(`From: ${mail.from.text}\nTo: ${mail.to.text}\nSubject: ${mail.subject}\n\n${mail.text}\n`);
await sink.open();
console.log(`mail is taken at smtp://127.0.0.1:${sink.port}`);

// A real SMTP server that keeps what it is sent.
import { SMTPServer } from "smtp-server";

/** Opens a mailbox for everybody on `port`. */
export async function open(port = process.env.SMTP_PORT) {
  const mails = [];
  const waiting = new Set();
  const server = new SMTPServer({
    authOptional: true,
    closeTimeout: 500,
    disabledCommands: ["AUTH", "STARTTLS"],
    onData(stream, session, done) {
      const parts = [];
      stream.on("data", (part) => parts.push(part));
      stream.on("end", () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, text: plain(Buffer.concat(parts).toString()) });
        done();
        for (const look of waiting) look();
      });
    },
  });
  await new Promise((listening) => server.listen(Number(port), "127.0.0.1", listening));
  return {
    mails,
    close: () => new Promise((closed) => server.close(closed)),
    /** The `count`th mail to somebody, from 1; waits until it is there. */
    mail(to, count, patience = 20_000) {
      return new Promise((found, failed) => {
        const timer = setTimeout(() => failed(new Error(`no mail ${count} to ${to}`)), patience);
        const look = () => {
          const mail = mails.filter((mail) => mail.to.includes(to))[count - 1];
          if (!mail) return;
          waiting.delete(look);
          clearTimeout(timer);
          found(mail.text);
        };
        waiting.add(look);
        look();
      });
    },
  };
}

/** The address of the link in a mail, on this server. */
export const linkIn = (text) => /http\S+\/(?:link|newsletter\/confirm)\?token=[\w-]+/.exec(text)[0];

/** Undoes quoted-printable. */
const plain = (mail) =>
  mail.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));

import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A mail that was sent to the outbox. */
export interface Mail {
  id: string;
  createdAt: string;
  from: string;
  to: string[];
  cc: string[];
  bcc: string[];
  replyTo: string[];
  subject: string;
  html: string | null;
  text: string | null;
  /** By name. Holdfast sets `template` and `order`. */
  tags: Record<string, string>;
  idempotencyKey: string | null;
  /** Those that the sender set. Absent from mails of before they were kept. */
  headers?: Record<string, string>;
  /** The last event that was reported of it, without `email.`. */
  lastEvent?: string;
}

/** Which mails to list; an absent field matches all. */
export interface MailFilter {
  to?: string | undefined;
  template?: string | undefined;
  order?: string | undefined;
}

/** The request sent under an idempotency key, and the ids of its mails. */
export interface Answered {
  body: string;
  ids: string[];
  at: number;
}

type Line =
  | { mail: Mail }
  | { key: string; answered: Answered }
  | { cleared: string }
  | { reported: string; to: string };

/**
 * The mails and the idempotency keys, in memory and, line by line, in a file, so that a restart loses nothing. A last
 * line cut off by a kill is dropped: its sender got no answer and will retry.
 */
export class Mails {
  private mails: Mail[] = [];
  private readonly keys = new Map<string, Answered>();

  constructor(
    private readonly file: string,
    private readonly now: () => number,
  ) {
    mkdirSync(dirname(file), { recursive: true });
    for (const line of linesOf(file)) this.take(line);
  }

  add(mail: Omit<Mail, 'id' | 'createdAt'>): Mail {
    const added = { id: randomUUID(), createdAt: new Date(this.now()).toISOString(), ...mail };
    this.write({ mail: added });
    return added;
  }

  /** Newest first. */
  list({ to, template, order }: MailFilter = {}): Mail[] {
    return this.mails.filter(
      (mail) =>
        (!to || mail.to.some((recipient) => addressOf(recipient) === to.toLowerCase())) &&
        (!template || mail.tags.template === template) &&
        (!order || mail.tags.order === order),
    );
  }

  get(id: string): Mail | undefined {
    return this.mails.find((mail) => mail.id === id);
  }

  /** What was answered under a key within the last day. Resend forgets keys after a day. */
  answered(key: string): Answered | undefined {
    const answered = this.keys.get(key);
    return answered && this.now() - answered.at < DAY_MS ? answered : undefined;
  }

  remember(key: string, body: string, ids: string[]): void {
    this.write({ key, answered: { body, ids, at: this.now() } });
  }

  /** Remembers what was reported of a mail. */
  reported(id: string, event: string): void {
    this.write({ reported: event, to: id });
  }

  /** Empties the list. The keys stay, so that an accepted mail is not accepted a second time. */
  clear(): void {
    this.write({ cleared: new Date(this.now()).toISOString() });
  }

  private write(line: Line): void {
    appendFileSync(this.file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    this.take(line);
  }

  private take(line: Line): void {
    if ('mail' in line) this.mails.unshift(line.mail);
    if ('key' in line) this.keys.set(line.key, line.answered);
    if ('cleared' in line) this.mails = [];
    if ('reported' in line)
      this.mails = this.mails.map((mail) => (mail.id === line.to ? { ...mail, lastEvent: line.reported } : mail));
  }
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** `Ada <ada@example.com>` and `ada@example.com` are the same recipient. */
function addressOf(recipient: string): string {
  return (/<([^<>]+)>$/.exec(recipient)?.[1] ?? recipient).toLowerCase();
}

function linesOf(file: string): Line[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Line];
      } catch {
        return [];
      }
    });
}

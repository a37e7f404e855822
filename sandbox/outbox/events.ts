import { createHmac, randomUUID } from 'node:crypto';
import type { Mail } from './mails';

/** Where Resend would deliver its events, and the secret that it signs them with. */
export interface Webhook {
  url: string;
  secret: string;
}

/** What may be reported of a mail, by the name that the page and the control give it. */
export const EMAIL_EVENTS = {
  bounced: {
    label: 'It bounces: no such mailbox',
    type: 'email.bounced',
    data: { bounce: { message: 'The recipient does not exist.', type: 'Permanent', subType: 'General' } },
  },
  full: {
    label: 'It bounces: the mailbox is full',
    type: 'email.bounced',
    data: { bounce: { message: 'The mailbox is full.', type: 'Transient', subType: 'MailboxFull' } },
  },
  suppressed: {
    label: 'It is not sent: an earlier one bounced',
    type: 'email.suppressed',
    data: { suppressed: { message: 'The address is on the suppression list.', type: 'OnAccountSuppressionList' } },
  },
  complained: { label: 'Its reader reports it as spam', type: 'email.complained', data: {} },
  delivery_delayed: { label: 'It is delayed', type: 'email.delivery_delayed', data: {} },
} as const;
type EmailEvent = keyof typeof EMAIL_EVENTS;

export const isEmailEvent = (name: string): name is EmailEvent => Object.hasOwn(EMAIL_EVENTS, name);

const ANSWER_WITHIN = 15_000;

/**
 * Delivers the event that reports it, once, signed as Resend signs
 * (https://docs.svix.com/receiving/verifying-payloads/how-manual). Resend would repeat one that is not answered with
 * 2xx.
 * @returns the HTTP status of the answer; null when none came
 */
export async function report(webhook: Webhook, mail: Mail, event: EmailEvent, now: number): Promise<number | null> {
  const body = JSON.stringify(eventOf(mail, event, now));
  const id = `msg_${randomUUID().replaceAll('-', '')}`;
  const timestamp = String(Math.floor(now / 1000));
  const key = Buffer.from(webhook.secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return fetch(webhook.url, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Svix-Webhooks/1.0',
      ...{ 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': `v1,${signature}` },
    },
    body,
    signal: AbortSignal.timeout(ANSWER_WITHIN),
  }).then(
    async (answer) => {
      await answer.body?.cancel();
      return answer.status;
    },
    () => null,
  );
}

/** As documented at https://resend.com/docs/webhooks/emails/bounced and beside it. */
function eventOf({ id, createdAt, from, to, subject, tags }: Mail, event: EmailEvent, now: number): object {
  const { type, data } = EMAIL_EVENTS[event];
  return {
    type,
    created_at: new Date(now).toISOString(),
    data: { created_at: createdAt, email_id: id, from, to: to.map(bare), subject, tags, ...data },
  };
}

const bare = (recipient: string): string => /<([^<>]+)>$/.exec(recipient)?.[1] ?? recipient;

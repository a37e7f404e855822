import { z } from 'zod';
import type { MailOutcome } from '../../domain/mail-outcome';
import { storable } from '../../domain/text';
import type { MailReport } from '../../store/mails/outcomes';
import { jsonOf, notAnEvent } from './body';

/** The events of Resend that say what became of a mail (https://resend.com/docs/webhooks/event-types). */
const MAIL_EVENTS = [
  'email.delivery_delayed',
  'email.failed',
  'email.bounced',
  'email.suppressed',
  'email.complained',
] as const;
export type MailEventType = (typeof MAIL_EVENTS)[number];

const words = z.string().nullish();
const Event = z.object({ type: z.string().min(1).max(100) });
const MailEvent = z.object({
  type: z.enum(MAIL_EVENTS),
  data: z.object({
    email_id: z.string().min(1).max(255),
    // A field that is not as documented is not worth losing the report for.
    to: z.array(z.string()).catch([]),
    tags: z.record(z.string(), z.string()).catch({}),
    bounce: z.object({ type: words, subType: words }).nullish().catch(null),
    suppressed: z.object({ type: words }).nullish().catch(null),
    failed: z.object({ reason: words }).nullish().catch(null),
  }),
});
type MailEvent = z.output<typeof MailEvent>;

/**
 * Reads a signed body.
 * @returns its type, and what it reports; null for an event of another kind
 * @throws 400 `invalid_payload` for anything that is not an event
 */
export function readMailEvent(body: Buffer): { type: MailEventType | 'other'; report: Omit<MailReport, 'at'> | null } {
  const json = storable(jsonOf(body));
  const event = Event.safeParse(json);
  if (!event.success) throw notAnEvent();
  if (!MAIL_EVENTS.some((type) => type === event.data.type)) return { type: 'other', report: null };
  const about = MailEvent.safeParse(json);
  if (!about.success) throw notAnEvent();
  return { type: about.data.type, report: reportOf(about.data) };
}

function reportOf({ type, data }: MailEvent): Omit<MailReport, 'at'> {
  const { email_id: providerId, to, tags } = data;
  return {
    ...{ providerId, ...MEANINGS[type](data) },
    recipients: to.map((address) => address.toLowerCase()),
    template: tags.template ?? null,
    orderNumber: tags.order ?? null,
  };
}

type Meaning = (data: MailEvent['data']) => { outcome: MailOutcome; code: string | null };

const MEANINGS: Record<MailEventType, Meaning> = {
  'email.delivery_delayed': () => ({ outcome: 'DELAYED', code: null }),
  'email.failed': ({ failed }) => ({ outcome: 'UNDELIVERED', code: codeOf(failed?.reason) ?? 'failed' }),
  'email.bounced': ({ bounce }) => ({
    // A full mailbox may take the next mail; Resend says so by the type of its own provider, Amazon SES.
    outcome: bounce?.type === 'Transient' || bounce?.type === 'Undetermined' ? 'UNDELIVERED' : 'BOUNCED',
    code: codeOf(bounce?.type, bounce?.subType),
  }),
  // The address is on Resend's own list, after an earlier bounce or complaint: nothing was sent.
  'email.suppressed': ({ suppressed }) => ({ outcome: 'BOUNCED', code: codeOf('suppressed', suppressed?.type) }),
  'email.complained': () => ({ outcome: 'COMPLAINED', code: null }),
};

/** Only what looks like a code: sentences may name the address. */
function codeOf(...parts: (string | null | undefined)[]): string | null {
  const codes = parts.filter((part): part is string => /^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(part ?? ''));
  return codes.length > 0 ? codes.join('/') : null;
}

/** What the mail provider reports of a mail that it had accepted, from the least to the most. */
const MAIL_OUTCOMES = ['DELAYED', 'UNDELIVERED', 'BOUNCED', 'COMPLAINED'] as const;
export type MailOutcome = (typeof MAIL_OUTCOMES)[number];

/**
 * In words for the timeline. After the last two no further mail goes to the address (`address_returned`), until staff
 * correct it or send one on purpose.
 */
const SAYS: Record<MailOutcome, string> = {
  DELAYED: 'is delayed: the receiving server has not taken it yet',
  UNDELIVERED: 'could not be delivered',
  BOUNCED: 'came back',
  COMPLAINED: 'was reported as spam by its reader',
};

/** Whether the mail did not reach its reader, or they want no more. */
export const hasFailed = (outcome: MailOutcome): boolean => outcome !== 'DELAYED';

/** Whether a report says more than an earlier one: they come in any order, and more than once. */
export const isMore = (outcome: MailOutcome, earlier: MailOutcome | null): boolean =>
  earlier === null || MAIL_OUTCOMES.indexOf(outcome) > MAIL_OUTCOMES.indexOf(earlier);

/**
 * A report on the timeline.
 * @param code the provider's, of letters and digits alone: its own sentence may name the address
 */
export const describeOutcome = (template: string, outcome: MailOutcome, code: string | null): string =>
  `The mail ${template} ${SAYS[outcome]}${code === null ? '' : `: ${explain(code)}`}`;

/** What a code means; one that is not known here stands for itself. */
const explain = (code: string): string => MEANS[code] ?? MEANS[code.split('/')[0] ?? ''] ?? `the provider says ${code}`;

/**
 * By the types of bounces, with their kinds where those say more. Resend's own provider, Amazon SES, gives them:
 * https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounce-types
 */
const MEANS: Record<string, string> = {
  Permanent: 'the address does not exist, or takes no mails',
  'Permanent/NoEmail': 'there is no such address',
  'Permanent/Suppressed': 'earlier mails to the address came back, so the provider sends it none',
  'Permanent/OnAccountSuppressionList': 'earlier mails to the address came back, so the provider sends it none',
  Transient: 'the receiving server does not take it now',
  'Transient/MailboxFull': 'the mailbox is full',
  'Transient/MessageTooLarge': 'it is too large for the receiving server',
  'Transient/ContentRejected': 'the receiving server does not like what is in it',
  'Transient/AttachmentRejected': 'the receiving server does not take its attachment',
  Undetermined: 'the receiving server does not say why',
  suppressed: 'earlier mails to the address came back, so the provider sends it none',
  failed: 'the provider does not say why',
};

import { ATTENTION_STEPS } from '../../domain/attention';
import { CAPTURE } from '../../domain/mail';
import { DECISIONS } from '../../domain/order';
import type { World } from './world';

/**
 * Every mail says by its key what it is about: two that are about different things must not have one key, for then only
 * the first would go out, and none may be about nothing.
 */
export async function expectMailsToBeAboutSomething({ db }: World): Promise<void> {
  const mails = await db.mail.findMany({ where: { sessionId: { not: null } }, orderBy: { key: 'asc' } });
  const aboutNothing = mails.filter(({ key, template, sessionId }) => {
    const about = key.slice(`${template}/${sessionId}`.length);
    return !ABOUT.some((known) => known.test(`${template}${about}`));
  });
  expect(aboutNothing.map(({ key }) => key)).toEqual([]);
}

const BY_SUBJECT: [steps: readonly string[], subject: string][] = [
  [[DECISIONS.refundFailed, DECISIONS.refundUnknown], 're_\\w+'],
  [[DECISIONS.disputeLost, DECISIONS.disputeWon], 'du_\\w+/\\d+'],
  [[DECISIONS.disputeUnknown], 'du_\\w+'],
  [[DECISIONS.reviewClosed, DECISIONS.reviewUnknown], 'prv_\\w+'],
  [[DECISIONS.fraudWarning], 'issfr_\\w+'],
  [['follow'], '(re|du|prv|issfr|pi|po)_\\w+/\\d+'],
  [['refund'], '[^/]+'], // since when, or the key of the request
];
const BY_TIME = [CAPTURE, ...Object.keys(ATTENTION_STEPS)].filter(
  (step) => !BY_SUBJECT.some(([steps]) => steps.includes(step)),
);

/** The template, and what follows the session in the key: the step, the subject, and the episode. */
const ABOUT: RegExp[] = [
  '(order_confirmation|order_received|payment_processing|payment_failed|checkout_expired)',
  '(order_shipped|return_received)/[0-9a-f-]{36}',
  'order_refunded/re_\\w+(/bank-details)?',
  'refund_failed/re_\\w+',
  '(dispute_opened|dispute_deadline)/du_\\w+/\\d+',
  ...BY_SUBJECT.map(([steps, subject]) => `attention_needed/(${steps.join('|')})/${subject}`),
  `attention_needed/(${BY_TIME.join('|')})/\\d+`,
  '(withdrawal_received|withdrawal_notice)(?=/again)',
  'return_request_(received|notice|declined)/[0-9a-f-]{36}(?=/again)',
  'attention_needed(?=/again)', // about whatever the order needs staff for now
].map((about) => new RegExp(`^${about}(/again/.+)?$`));

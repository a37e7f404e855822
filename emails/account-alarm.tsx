import { moment } from '../domain/dates';
import type { AlarmCause } from '../domain/fault';
import { becauseStaff, Layout } from './layout';
import { Facts, P, Small } from './parts';
import { type Composed, rendered } from './rendered';

export interface AccountAlarmFacts {
  /** The shop's name, taken from the sender's address. */
  shop: string;
  alarms: { cause: AlarmCause; subject: string; since: Date }[];
}

/** To staff: something about the account stops orders. One mail, however many orders wait. */
export function writeAccountAlarm({ shop, alarms }: AccountAlarmFacts): Composed {
  const [first] = alarms;
  const more = alarms.length > 1 ? ` (and ${alarms.length - 1} more)` : '';
  const subject = `Needs attention: ${first ? WORDS[first.cause].title : 'the account'}${more}`;
  return rendered({ subject, body: <AccountAlarm {...{ shop, alarms }} title={subject} /> });
}

const AccountAlarm = ({ shop, alarms, title }: AccountAlarmFacts & { title: string }) => (
  <Layout shop={shop} title={title} preview={alarms[0] ? WORDS[alarms[0].cause].stops : ''} why={becauseStaff(shop)}>
    <P>
      This is not about one order. If others run the system, forward this mail to them. Whatever waits goes on by itself
      once it is put right; no order needs anything from you.
    </P>
    {alarms.map(({ cause, subject, since }) => (
      <Facts
        key={`${cause}/${subject}`}
        rows={[
          ['What', WORDS[cause].title],
          ...(subject ? [['Which', subject] as [string, string]] : []),
          ['What it stops', WORDS[cause].stops],
          ['What to do', WORDS[cause].fix],
          ['Since', moment(since)],
        ]}
      />
    ))}
    <Small>You get one mail for each cause, and another only if it comes back later.</Small>
  </Layout>
);

const WORDS: Record<AlarmCause, { title: string; stops: string; fix: string }> = {
  stripe_key: {
    title: 'Stripe refuses our key',
    stops: 'No checkout can be opened, and no payment, refund or dispute is seen.',
    fix: 'Put the current key into STRIPE_SECRET_KEY and restart the API and the worker.',
  },
  stripe_permission: {
    title: 'Stripe’s key lacks a permission',
    stops: 'Everything that needs this permission waits.',
    fix: 'Give the restricted key this permission in Stripe’s Dashboard. docs/going-live.md lists all that it needs.',
  },
  stripe_account: {
    title: 'Stripe’s key is of another account or mode',
    stops: 'No order can be looked at, so all of them wait, and their stock stays held. Do not sell with this key.',
    fix: 'Put the key of the account in use into STRIPE_SECRET_KEY and restart the API and the worker. If the shop moves to another account, see docs/operating.md.',
  },
  stripe_down: {
    title: 'Stripe has not answered for ten minutes',
    stops: 'No checkout can be opened, and orders wait.',
    fix: 'See status.stripe.com, and whether this machine reaches api.stripe.com. Nothing else is needed.',
  },
  mail_key: {
    title: 'The mail provider refuses our key or sender',
    stops: 'No mail goes out. All of them wait.',
    fix: 'Check RESEND_API_KEY (or SMTP_URL), EMAIL_FROM, and that its domain is verified; then restart the worker.',
  },
  mail_quota: {
    title: 'The mail provider’s quota is spent',
    stops: 'No mail goes out. All of them wait.',
    fix: 'Raise the quota, or wait until it starts anew.',
  },
  mail_provider_down: {
    title: 'The mail provider has not answered for ten minutes',
    stops: 'No mail goes out. All of them wait.',
    fix: 'See the provider’s status page, and whether this machine reaches it. Nothing else is needed.',
  },
  checkout_refused: {
    title: 'Stripe refuses to open checkouts',
    stops: 'Checkouts in this currency, or those with what Stripe names. Shoppers are asked to try again later.',
    fix: 'See the code, and the API’s log for Stripe’s sentence. Usually the account is not activated, no payment method is turned on for the currency, or what the shop offers is not set up there (docs/shop.md): see Settings in Stripe’s Dashboard. It ends with the next checkout that opens; about a shipping rate, with the next that offers it, or once the shop does not.',
  },
  agents_changed: {
    title: 'Stripe has changed its preview for orders of agents',
    stops: 'What agents sell: each purchase is declined, or is paid without an order, which the sweep reports.',
    fix: 'Upgrade Holdfast; the log names the unexpected fields. Until then turn the sales of agents off in Stripe’s Dashboard, or set STRIPE_AGENT_ORDERS=off (docs/agents.md).',
  },
  sweep_failed: {
    title: 'The sweep fails',
    stops: 'What webhooks missed is not found, and the ledger is not compared. The next sweep tries again.',
    fix: 'See the reason, and the failed workflow (WorkflowType = ‘reconcile’) in the Temporal UI.',
  },
  sweep_overdue: {
    title: 'No sweep has ended for a long time',
    stops: 'What webhooks missed is not found, the ledger is not compared, and a stuck workflow may go unseen.',
    fix: 'See the Schedule ‘reconcile’ in the Temporal UI: is it paused, or is its last workflow stuck? Terminate a stuck one. If Temporal is away, nothing else is needed than to bring it back.',
  },
  sweep_skipped: {
    title: 'A sweep had to skip something',
    stops: 'Only what GET /admin/reconciliations/latest lists as skipped. The rest of the sweep went on.',
    fix: 'See the reason beside each. Every sweep tries it again.',
  },
  run_stuck: {
    title: 'Workflows cannot go on',
    stops: 'Every order, refund or dispute whose workflow is of this kind waits.',
    fix: 'In the Temporal UI, filter by TemporalReportedProblems IS NOT NULL, or by NeedsAttention = true for those that are parked. If they are stuck since a release, go back to the one before: they go on by themselves. A parked one names its reason, and goes on by “retry”. See docs/operating.md.',
  },
  events_down: {
    title: 'The receiver of events has taken none for ten minutes',
    stops: 'The system at EVENTS_URL does not hear of orders. No order waits for it.',
    fix: 'See GET /admin/deliveries?status=PENDING for what it answers, and put it right. What waits is sent by itself, for three days.',
  },
  events_gone: {
    title: 'The receiver of events says that it is gone (410)',
    stops: 'Nothing more is sent to it. Events wait, and are kept for 30 days.',
    fix: 'Set EVENTS_URL to where it is now and restart the API and the worker; or, if it is back, replay an event (POST /admin/deliveries/{id}/replay): the others follow. If it is not needed any more, remove EVENTS_URL and EVENTS_SECRET.',
  },
  events_given_up: {
    title: 'Events were given up',
    stops: 'The system at EVENTS_URL refused them for three days, and does not know of them.',
    fix: 'See GET /admin/deliveries?status=GIVEN_UP for why. Put it right, then replay them (POST /admin/deliveries/{id}/replay). This ends once none is left, or after 30 days.',
  },
  files_refused: {
    title: 'File storage rejects our requests',
    stops: 'Files that are kept there cannot be downloaded or uploaded. Customers are told to try again later.',
    fix: 'Check FILES_S3_ENDPOINT, FILES_S3_BUCKET, FILES_S3_REGION and the key, which must be allowed what docs/going-live.md lists; then restart the API. The API’s log has the code that storage answers.',
  },
  files_down: {
    title: 'Storage for files has not answered for ten minutes',
    stops: 'Files that are kept there cannot be downloaded or uploaded. Customers are told to try again.',
    fix: 'See its status page, and whether this machine reaches FILES_S3_ENDPOINT. Nothing else is needed.',
  },
  file_lost: {
    title: 'A file is missing, or has been changed, in storage',
    stops: 'Nobody can download the file of this product. No download was counted for it.',
    fix: 'Upload it again (PUT /admin/products/{sku}/file), or restore the object in the bucket as it was. Customers whose link has expired meanwhile need a new mail.',
  },
};

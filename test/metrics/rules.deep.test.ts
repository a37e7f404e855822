import { ALARM_CAUSES } from '../../domain/fault';
import { checkRules, firing, promtool, type Series } from './promtool';

/** The alerts on series that are made up: a day on which all is well, and an hour in which something is not. */

/** How long all is well before, in minutes: for the alert that compares with the day before, and for the others. */
const DAY = 25 * 60;
const WHILE = 30;
const HOUR = 60;
/** Values while all is well, and in the hour after. */
type Values = (before: number) => string;
/** A counter: how much it rises in a minute, before and in the hour. */
const rising =
  (well: number, then: number): Values =>
  (before) =>
    `0+${well}x${before - 1} ${well * before}+${then}x${HOUR}`;
const standing =
  (well: number, then: number): Values =>
  (before) =>
    `${well}+0x${before - 1} ${then}+0x${HOUR}`;
const silent =
  (well: number): Values =>
  (before) =>
    `${well}+0x${before - 1} _x${HOUR}`;
const during = (series: Record<string, Values>, before: number): Series =>
  Object.fromEntries(Object.entries(series).map(([name, values]) => [name, values(before)]));

const took = (outcome: string) => `holdfast_checkout_duration_seconds_count{outcome="${outcome}"}`;
const bucket = (le: string) => `holdfast_checkout_duration_seconds_bucket{outcome="opened",le="${le}"}`;
const refused = (cause: string) => `holdfast_account_refused{cause="${cause}"}`;
const queue = (metric: string) => `holdfast_task_queue_${metric}{task_queue="orders",task_type="workflow"}`;
const CAUSES = ['stripe_permission', 'stripe_down', 'checkout_refused', 'mail_quota', 'mail_provider_down'];
const KEYS = ['stripe_key', 'stripe_account', 'mail_key'];
/** The alerts about other causes, each with its own. */
const OTHERS = [
  ['HoldfastSweepLate', 'sweep_overdue'],
  ['HoldfastSweepSkipped', 'sweep_skipped'],
  ['HoldfastAgentsChanged', 'agents_changed'],
  ['HoldfastFilesUnavailable', 'files_refused'],
  ['HoldfastFilesUnavailable', 'files_down'],
  ['HoldfastFileLost', 'file_lost'],
  ['HoldfastEventsNotTaken', 'events_down'],
  ['HoldfastEventsNotTaken', 'events_gone'],
  ['HoldfastEventsGivenUp', 'events_given_up'],
] as const;
const webhooks = (answer: string) =>
  `holdfast_webhooks_total{type="${answer === 'invalid_signature' ? 'unread' : 'checkout.session.completed'}",answer="${answer}"}`;
const EXPIRES = 'holdfast_temporal_certificate_expires_timestamp_seconds';

/** What Prometheus has of one worker. */
const target = (metric: 'up' | 'build_info', instance: string): string =>
  metric === 'up'
    ? `up{job="workers",instance="${instance}"}`
    : `holdfast_build_info{process="worker",job="workers",instance="${instance}"}`;

const attention = (step: string) => `holdfast_orders_needing_attention_oldest_seconds{step="${step}",cause="failure"}`;

const OVERDUE = 'holdfast_holds_overdue_oldest_seconds';

const FIGURES = [
  'holdfast_orders_paid_uncommitted_oldest_seconds',
  'holdfast_account_refused',
  'holdfast_discrepancies_open',
];

const GOOD: Record<string, Values> = {
  ...Object.fromEntries(['0.5', '3', '5', '10', '+Inf'].map((le) => [bucket(le), rising(10, 10)])),
  'holdfast_checkouts_total{outcome="opened"}': rising(10, 10),
  [took('opened')]: rising(10, 10),
  [took('refused')]: rising(1, 30),
  [took('failed')]: standing(3, 5),
  'holdfast_build_info{process="api"}': standing(1, 1),
  [target('build_info', 'stays')]: standing(1, 1),
  [target('up', 'stays')]: standing(1, 1),
  // One that was taken away, and a target that is not ours.
  [target('build_info', 'goes')]: silent(1),
  [target('up', 'goes')]: silent(1),
  'up{job="another",instance="stays"}': standing(1, 0),
  holdfast_order_paid_to_committed_seconds_count: rising(6, 5),
  holdfast_orders_paid_uncommitted_oldest_seconds: standing(0, 1),
  [OVERDUE]: standing(0, 3_600),
  [attention('confirm')]: standing(0, 80_000),
  ...Object.fromEntries(ALARM_CAUSES.map((cause) => [refused(cause), standing(0, 0)])),
  'temporal_workflow_task_execution_failed_total{workflow_type="order"}': standing(2, 3),
  [queue('backlog')]: standing(0, 4),
  [queue('backlog_age_seconds')]: standing(0, 2),
  [queue('pollers')]: standing(2, 2),
  [webhooks('200')]: rising(20, 20),
  [webhooks('unavailable')]: standing(3, 4),
  [webhooks('invalid_signature')]: rising(0, 100), // strangers
  holdfast_sweep_age_seconds: standing(300, 600),
  'holdfast_discrepancies_open{kind="amount_differs"}': standing(0, 0),
  holdfast_mails_unsent: standing(0, 40),
  holdfast_mails_oldest_unsent_seconds: standing(0, 300),
  [EXPIRES]: standing(60 * 86_400, 60 * 86_400),
};

test('promtool has nothing against the rules', () => {
  expect(checkRules()).toBe('');
});

test('while all is well, and in an hour with a little of everything, no alert fires', () => {
  const minutes = [WHILE - 1, WHILE + 10, WHILE + 30, WHILE + 59];
  expect(
    promtool(
      during(GOOD, WHILE),
      minutes.map((minute) => firing(minute, [])),
    ),
  ).toBe('');
});

const FAULTS: [alert: string, what: string, series: Record<string, Values>][] = [
  [
    'HoldfastCheckoutsSlow',
    'every checkout takes four seconds',
    { [bucket('0.5')]: rising(10, 0), [bucket('3')]: rising(10, 0) },
  ],
  ['HoldfastCheckoutsFailing', 'every tenth checkout fails', { [took('failed')]: rising(0, 1) }],
  ['HoldfastApiMissing', 'no API is there', { 'holdfast_build_info{process="api"}': silent(1) }],
  [
    'HoldfastProcessDown',
    'one worker answers no scrape',
    { [target('build_info', 'stays')]: silent(1), [target('up', 'stays')]: standing(1, 0) },
  ],
  [
    'HoldfastWebhooksMissing',
    'orders are paid, and no webhook comes',
    { [webhooks('200')]: rising(20, 0), [webhooks('invalid_signature')]: rising(0, 0) },
  ],
  [
    'HoldfastPaidNotCommitted',
    'an order has been paid for eleven minutes',
    { holdfast_orders_paid_uncommitted_oldest_seconds: standing(0, 660) },
  ],
  ['HoldfastHoldOverdue', 'stock is held for three hours too long', { [OVERDUE]: standing(0, 10_800) }],
  [
    'HoldfastAttentionStanding',
    'an order has needed staff for 25 hours',
    { [attention('confirm')]: standing(0, 90_000) },
  ],
  [
    'HoldfastAccountRefused',
    'Stripe is down, and so stock is held for too long',
    { [refused('stripe_down')]: standing(0, 1), [OVERDUE]: standing(0, 10_800) },
  ],
  ['HoldfastRunStuck', 'the sweep found stuck runs', { [refused('run_stuck')]: standing(0, 1) }],
  [
    'HoldfastRunStuck',
    'tasks fail each minute',
    { 'temporal_workflow_task_execution_failed_total{workflow_type="order"}': rising(0, 1) },
  ],
  [
    'HoldfastBacklogWithoutWorker',
    'tasks have waited for two minutes',
    { [queue('backlog_age_seconds')]: standing(0, 120) },
  ],
  ['HoldfastBacklogWithoutWorker', 'nobody polls', { [queue('pollers')]: standing(2, 0) }],
  ['HoldfastWebhooksFailing', 'one webhook in eleven is refused', { [webhooks('unavailable')]: rising(0, 2) }],
  [
    'HoldfastWebhooksFailing',
    'all that are signed are refused, and strangers send many more',
    { [webhooks('200')]: rising(20, 0), [webhooks('unavailable')]: rising(0, 2) },
  ],
  [
    'HoldfastSignaturesRefused',
    'the secret was rolled',
    { [webhooks('200')]: rising(20, 0), [webhooks('invalid_signature')]: rising(0, 1) },
  ],
  ['HoldfastSweepLate', 'the last sweep was half an hour ago', { holdfast_sweep_age_seconds: standing(300, 1_800) }],
  ['HoldfastSweepLate', 'no worker tells of a sweep', { holdfast_sweep_age_seconds: silent(300) }],
  [
    'HoldfastDiscrepancyOpen',
    'one amount differs',
    { 'holdfast_discrepancies_open{kind="amount_differs"}': standing(0, 1) },
  ],
  ...CAUSES.map((cause): [string, string, Record<string, Values>] => [
    ...(['HoldfastAccountRefused', cause] as const),
    { [refused(cause)]: standing(0, 1) },
  ]),
  ...KEYS.map((cause): [string, string, Record<string, Values>] => [
    ...(['HoldfastKeyRefused', cause] as const),
    { [refused(cause)]: standing(0, 1) },
  ]),
  ...OTHERS.map(([alert, cause]): [string, string, Record<string, Values>] => [
    ...([alert, cause] as const),
    { [refused(cause)]: standing(0, 1) },
  ]),
  [
    'HoldfastMailsUnsent',
    'a mail has waited for 16 minutes',
    { holdfast_mails_unsent: standing(0, 1), holdfast_mails_oldest_unsent_seconds: standing(0, 960) },
  ],
  ...FIGURES.map((metric): [string, string, Record<string, Values>] => [
    ...(['HoldfastFiguresMissing', `no worker tells ${metric}`] as const),
    Object.fromEntries(
      Object.keys(GOOD)
        .filter((name) => name.startsWith(metric))
        .map((name) => [name, silent(0)]),
    ),
  ]),
  // promtool counts time from the beginning of 1970.
  ['HoldfastCertificateEnding', 'it ends in ten days', { [EXPIRES]: standing(60 * 86_400, 11 * 86_400) }],
];

test.each(FAULTS)('%s fires, and no other: %s', (alert, _what, series) => {
  const expected = [firing(WHILE - 1, []), firing(WHILE + 45, [alert])];
  expect(promtool(during({ ...GOOD, ...series }, WHILE), expected)).toBe('');
});

test('HoldfastManyMailsUnsent fires when one of many mails has waited for 16 minutes, beside the ticket about it', () => {
  const many = { holdfast_mails_unsent: standing(0, 11), holdfast_mails_oldest_unsent_seconds: standing(0, 960) };
  const expected = [firing(WHILE - 1, []), firing(WHILE + 45, ['HoldfastMailsUnsent', 'HoldfastManyMailsUnsent'])];
  expect(promtool(during({ ...GOOD, ...many }, WHILE), expected)).toBe('');
});

test('HoldfastFiguresMissing does not fire for what is missing for nine minutes, as while the workers are changed', () => {
  const gap = '0+0x29 stale _x8 0+0x50';
  const series = { ...during(GOOD, WHILE), holdfast_orders_paid_uncommitted_oldest_seconds: gap };
  const minutes = [WHILE + 8, WHILE + 14, WHILE + 30];
  expect(
    promtool(
      series,
      minutes.map((minute) => firing(minute, [])),
    ),
  ).toBe('');
});

test('HoldfastPaymentsFalling fires, and no other: one checkout in ten is paid, after six at this hour yesterday', () => {
  const falling = { holdfast_order_paid_to_committed_seconds_count: rising(6, 1) };
  const expected = [firing(DAY - 1, []), firing(DAY + 20, []), firing(DAY + 59, ['HoldfastPaymentsFalling'])];
  expect(promtool(during({ ...GOOD, ...falling }, DAY), expected)).toBe('');
});

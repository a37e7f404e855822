import { inWords } from '../domain/discrepancy';
import type { LedgerDay } from '../domain/ledger';
import { becauseStaff, Layout } from './layout';
import { Code, Facts, H2, P, Small } from './parts';
import { type Composed, rendered } from './rendered';

/** What the reconciliation report is made from. Amounts are in the smallest unit of the currency beside them. */
export interface ReportFacts {
  /** The shop's name, taken from the sender's address. */
  shop: string;
  /** The reconciliation in the staff API. */
  address: string;
  /** How many discrepancies are new. */
  count: number;
  /** The first of them; the rest are only counted. */
  discrepancies: { kind: string; reference: string; detail: string }[];
  days: LedgerDay[];
}

/** To staff: where Stripe and the orders disagree. */
export function writeReport(facts: ReportFacts): Composed {
  const { count } = facts;
  const subject = `Reconciliation found ${count === 1 ? '1 discrepancy' : `${count} discrepancies`}`;
  return rendered({ subject, body: <Report {...facts} title={subject} /> });
}

const Report = ({ shop, title, address, count, discrepancies, days }: ReportFacts & { title: string }) => (
  <Layout shop={shop} title={title} preview={discrepancies[0]?.detail ?? ''} why={becauseStaff(shop)}>
    <P>We compared the orders with Stripe. They disagree about the following:</P>
    {discrepancies.map(({ kind, reference, detail }) => (
      <Facts
        key={`${kind}/${reference}`}
        rows={[
          ['Kind', <Code key="kind">{kind}</Code>],
          ['Reference', <Code key="reference">{reference}</Code>],
          ['Detail', detail],
        ]}
      />
    ))}
    {count > discrepancies.length && <P>{`And ${count - discrepancies.length} more.`}</P>}
    {days.length > 0 && <H2>Yesterday and today</H2>}
    {days.map((day) => (
      <Facts key={`${day.day}/${day.currency}`} rows={sumsOf(day)} />
    ))}
    <H2>What you can do</H2>
    <P>
      The operator’s guide (docs/operating.md) explains each kind and how to fix it. Once fixed, a discrepancy is closed
      by the next sweep. The whole report is in the staff API:
    </P>
    <P>
      <Code>{`GET ${address}`}</Code>
    </P>
    <Small>Each discrepancy is reported once, and again only if it comes back after it was fixed.</Small>
  </Layout>
);

/** The sums of one day: Stripe’s, with the orders’ beside them if they differ. */
function sumsOf({ day, currency, ...sums }: LedgerDay): [string, string][] {
  const money = (amount: number) => inWords(amount, currency);
  const beside = (stripes: number, orders: number) =>
    stripes === orders ? money(stripes) : `${money(stripes)} at Stripe, ${money(orders)} here`;
  return [
    ['Day (UTC)', `${day}, ${currency.toUpperCase()}`],
    ['Captured', beside(sums.captured - sums.leftOut, sums.ordersCaptured)],
    ['Refunded', beside(sums.refunded, sums.ordersRefunded)],
    ['Disputed', money(sums.disputed)],
    ['Fees', money(sums.fees)],
    ['Paid out', money(sums.paidOut)],
    ...(sums.leftOut === 0 ? [] : [['Captured elsewhere', money(sums.leftOut)] as [string, string]]),
  ];
}

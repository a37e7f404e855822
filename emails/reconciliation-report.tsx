import { inWords } from '../domain/discrepancy';
import { becauseStaff, Layout } from './layout';
import { Code, Facts, H2, P, Small } from './parts';
import { type Composed, rendered } from './rendered';

/** What the mail about a reconciliation is written from. Amounts are in the smallest unit of the currency beside them. */
export interface ReportFacts {
  /** The name of the shop, as the sender's address gives it. */
  shop: string;
  /** The reconciliation in the staff API. */
  address: string;
  discrepancies: { kind: string; reference: string; detail: string }[];
  days: LedgerDay[];
}

/** Stripe's balance on one day (UTC) in one currency, beside what the orders say. */
export interface LedgerDay {
  day: string;
  currency: string;
  captured: number;
  refunded: number;
  disputed: number;
  fees: number;
  paidOut: number;
  /** Of what was captured: for nobody here. */
  leftOut: number;
  ordersCaptured: number;
  ordersRefunded: number;
}

/** So many are told one by one; a list without end is read by nobody. */
const TOLD = 100;

/** To staff: what Stripe and the orders do not agree about. */
export function writeReport(facts: ReportFacts): Composed {
  const { length } = facts.discrepancies;
  const subject =
    length === 1 ? 'The books differ: 1 thing to look at' : `The books differ: ${length} things to look at`;
  return rendered({ subject, body: <Report {...facts} /> });
}

const Report = ({ shop, address, discrepancies, days }: ReportFacts) => (
  <Layout shop={shop} title="The books differ" preview={discrepancies[0]?.detail ?? ''} why={becauseStaff(shop)}>
    <P>Stripe’s balance and the orders were held against each other. What follows is not the same in both:</P>
    {discrepancies.slice(0, TOLD).map(({ kind, reference, detail }) => (
      <Facts
        key={`${kind}/${reference}`}
        rows={[
          ['Kind', <Code key="kind">{kind}</Code>],
          ['Reference', <Code key="reference">{reference}</Code>],
          ['What', detail],
        ]}
      />
    ))}
    {discrepancies.length > TOLD && <P>{`And ${discrepancies.length - TOLD} more.`}</P>}
    {days.length > 0 && <H2>Yesterday and today</H2>}
    {days.map((day) => (
      <Facts key={`${day.day}/${day.currency}`} rows={sumsOf(day)} />
    ))}
    <H2>What you can do</H2>
    <P>Each kind and what to do about it is in the operator’s guide. What is put right is gone with the next sweep.</P>
    <P>
      <Code>{`GET ${address}`}</Code>
    </P>
    <Small>You are told of each thing once, and again only when it comes back.</Small>
  </Layout>
);

/** The sums of one day; Stripe’s first, and the orders’ where they are other. */
function sumsOf({ day, currency, ...sums }: LedgerDay): [string, string][] {
  const money = (amount: number) => inWords(amount, currency);
  const beside = (stripes: number, orders: number) =>
    stripes === orders ? money(stripes) : `${money(stripes)} at Stripe, ${money(orders)} here`;
  return [
    ['Day (UTC)', `${day}, ${currency.toUpperCase()}`],
    ['Captured', beside(sums.captured - sums.leftOut, sums.ordersCaptured)],
    ['Given back', beside(sums.refunded, sums.ordersRefunded)],
    ['Disputed', money(sums.disputed)],
    ['Fees', money(sums.fees)],
    ['Paid out', money(sums.paidOut)],
    ...(sums.leftOut === 0 ? [] : [['Captured elsewhere', money(sums.leftOut)] as [string, string]]),
  ];
}

import { Fragment, type ReactNode } from 'react';
import { bankReason, codeInWords, whyInBrackets } from '../../domain/codes-in-words';
import { moment } from '../../domain/dates';
import { waitsForAnswer } from '../../domain/dispute';
import { progressInWords } from '../../domain/line-words';
import { mailInWords } from '../../domain/mail-words';
import { formatMoney, type Money } from '../../domain/money';
import type { MailProgress, OrderSnapshot } from '../../domain/order-snapshot';
import { linesOf, unitsInWords } from '../../domain/parcel';
import { postalLines } from '../../domain/postal-address';
import { Problem } from '../../domain/problem';
import { refundInWords } from '../../domain/refund-words';
import { replacedLine } from '../../domain/replacements';
import { conditionInWords } from '../../domain/returns';
import { type TemporalUi, workflowUrl } from '../../platform/temporal-ui';
import { readPacking } from '../../store/orders/packing';
import { readSnapshot } from '../../store/orders/snapshot';
import { OrderRef } from '../admin/fields';
import { findOrder, readAdminOrder } from '../admin/orders/document';
import { NO_SUCH_PARCEL, Parcel, packingSlip } from '../admin/orders/packing-slip';
import type { ApiDeps } from '../deps';
import { type Route, route } from '../http/route';
import { type SignedIn, staffPage, staffProblemPage } from './page';
import { type StaffSessions, staffPath } from './session';
import { inWords } from './status';

type Order = Awaited<ReturnType<typeof readAdminOrder>>;

/** An order's document as a page, and its packing slip, for a browser that cannot send a token. */
export const staffOrderRoutes = (deps: ApiDeps, sessions: StaffSessions, ui: TemporalUi | null): Route[] => [
  route({
    method: 'get',
    path: '/staff/orders/{ref}',
    tag: 'Staff',
    summary: 'An order with everything that is known about it, as a page',
    description: 'For people, without JavaScript: what `GET /admin/orders/{ref}` says.',
    params: OrderRef,
    answers: { 200: { description: 'The page.', contentType: 'text/html' } },
    problems: ['unknown_order'],
    page: staffProblemPage(deps.env),
    handle: async ({ params, actor, req }) => {
      const sessionId = await findOrder(deps.db, params.ref);
      const order = await readAdminOrder(deps, sessionId);
      const more = await readSnapshot(deps.db, sessionId);
      return { html: orderPage(deps, { order, more, ui, signedIn: { name: actor, formKey: sessions.formKey(req) } }) };
    },
  }),
  route({
    method: 'get',
    path: '/staff/orders/{ref}/packing-slip',
    tag: 'Staff',
    summary: 'What is still to be sent of an order, to print',
    description: 'As `GET /admin/orders/{ref}/packing-slip`.',
    params: OrderRef,
    query: Parcel,
    answers: { 200: { description: 'The page.', contentType: 'text/html' } },
    problems: ['unknown_order', 'not_found'],
    page: staffProblemPage(deps.env),
    handle: async ({ params, query: { shipment = null } }) => {
      const sessionId = await findOrder(deps.db, params.ref);
      const packing = await readPacking(deps.db, { sessionId, trackingNumber: shipment });
      if (packing === null) throw new Problem('not_found', NO_SUCH_PARCEL);
      return { html: packingSlip(deps, packing) };
    },
  }),
];

interface Shown {
  order: Order;
  /** What its workflow knows of it and the document of the staff API does not say. */
  more: OrderSnapshot;
  ui: TemporalUi | null;
  signedIn: SignedIn;
}

const orderPage = ({ env }: ApiDeps, { order, more, ui, signedIn }: Shown): string => {
  const { number, sessionId } = order;
  return staffPage(env, {
    title: `Order ${number}`,
    signedIn,
    body: (
      <>
        <section>
          <h1>{`Order ${number}`}</h1>
          <Facts facts={headOf(order, more)} />
          <p>
            {ui && (
              <>
                <a href={workflowUrl(ui, sessionId)}>Its workflow in the Temporal UI</a>
                {' · '}
              </>
            )}
            <a href={`${staffPath(env)}/orders/${number}/packing-slip`}>Packing slip</a>
            {' · '}
            {order.invoice?.url && (
              <>
                <a href={order.invoice.url}>Invoice</a>
                {' · '}
              </>
            )}
            <a href={staffPath(env)}>Find another</a>
          </p>
        </section>
        <Customer order={order} />
        <List title="Items" lines={order.items.map((item) => itemOf(item, more))} />
        <List
          title="Licence keys"
          lines={order.licenceKeys.map(
            ({ sku, key, revokedAt }) => `${sku}: ${key}${revokedAt ? `, revoked ${when(revokedAt)}` : ''}`,
          )}
        />
        <List title="Parcels" lines={order.shipments.map((parcel) => parcelOf(parcel, more))} />
        <List
          title="Came back"
          lines={order.returns.map(
            ({ at, items, condition }) => `${when(at)}: ${unitsInWords(items)}, ${conditionInWords(condition)}`,
          )}
        />
        <List
          title="The customer asks to return"
          lines={order.returnRequests.map(
            ({ at, items, state, reason, answer }) =>
              `${when(at)}: ${unitsInWords(items)}, ${state}${reason ? `; “${reason}”` : ''}${answer?.note ? `; they were told: “${answer.note}”` : ''}`,
          )}
        />
        <List
          title="Sent at no charge"
          lines={order.replacements.map(({ at, items }) => `${when(at)}: ${items.map(replacedLine).join(', ')}`)}
        />
        <List
          title="Refunds"
          lines={order.refunds.map(
            ({ id, status, amount, reason, refusal, failure }) =>
              `${said(amount)}${whyInBrackets(reason)}: ${refundInWords(status, failure?.code)}${id ? ` ${id}` : ''}${refusal ? `. ${refusal.message}` : ''}`,
          )}
        />
        <List
          title="Disputes"
          lines={order.disputes.map(
            ({ id, status, reason, amount, dueBy }) =>
              `${said(amount)}: ${codeInWords(status)} (${bankReason(reason)}) ${id}${dueBy && waitsForAnswer(status) ? `, answer by ${when(dueBy)}` : ''}`,
          )}
        />
        <List title="Mails" lines={(more.mails ?? []).map(mailOf)} />
        <List
          title="What happened"
          lines={order.timeline.map(({ at, message, actor }) => `${when(at)}: ${message} (${actor})`)}
        />
      </>
    ),
  });
};

const Customer = ({ order: { customer, timeline } }: { order: Order }) => {
  const { email, name, address, userId } = customer;
  const erased = timeline.find(({ type }) => type === 'erased');
  return (
    <Section title="Customer">
      {erased && <p>{`Erased, ${when(erased.at)}`}</p>}
      {!erased && !email && !name && !address && !userId && <p>Not known. It is known once the order is paid.</p>}
      <Facts
        facts={[
          ['Name', address ? null : name],
          ['E-mail', email],
          ['Customer id', userId],
        ]}
      />
      {address && (
        <address>
          {postalLines({ name, address }).map((line) => (
            <div key={line}>{line}</div>
          ))}
        </address>
      )}
    </Section>
  );
};

const headOf = (order: Order, { total, currency, refunded = 0, lostAmount: lost = 0 }: OrderSnapshot): Fact[] => [
  ['Status', inWords({ ...order, total, currency, refunded, lost })],
  ['Ordered', when(order.createdAt)],
  ['Total', said(order.total)],
  ['Discount', saidUnlessZero(order.amounts.discount)],
  ['Shipping', saidUnlessZero(order.amounts.shipping)],
  ['Tax', saidUnlessZero(order.amounts.tax)],
  ['Given back', saidUnlessZero(order.refunded)],
  ['Lost to the bank', saidUnlessZero({ amount: lost, currency })],
  ['Needs attention', order.attention && `${order.attention.step}: ${order.attention.reason}`],
  ['On hold', order.hold && `${order.hold.reason}, since ${when(order.hold.since)}, by ${order.hold.actor}`],
  ['Withdrawn', order.withdrawal && when(order.withdrawal.at)],
  ['Session', order.sessionId],
  ['Payment', order.paymentIntentId],
];

function itemOf({ sku, name, quantity, total }: Order['items'][number], more: OrderSnapshot): string {
  const line = linesOf(more).find((one) => one.sku === sku);
  const progress = line ? `: ${progressInWords(line)}` : '';
  return `${quantity} × ${name} (${sku}), ${said(total)}${progress}`;
}

function parcelOf(
  { carrier, trackingNumber, shippedAt, deliveredAt }: Order['shipments'][number],
  { parcels = [] }: OrderSnapshot,
): string {
  const items = parcels.find((one) => one.carrier === carrier && one.trackingNumber === trackingNumber)?.items ?? [];
  const delivered = deliveredAt ? `, delivered ${when(deliveredAt)}` : '';
  return `${carrier} ${trackingNumber}, shipped ${when(shippedAt)}${delivered}: ${unitsInWords(items)}`;
}

const mailOf = ({ template, state, at }: MailProgress): string =>
  `${template}: ${mailInWords(state, '“What happened”')} ${moment(new Date(at))}`;

const said = (amount: Money): string => formatMoney(amount);
const saidUnlessZero = (amount: Money): string | null => (amount.amount === 0 ? null : said(amount));
const when = (at: string): string => moment(new Date(at));

type Fact = [name: string, value: string | null];

const Facts = ({ facts }: { facts: Fact[] }) => (
  <dl>
    {facts.map(([name, value]) =>
      value === null ? null : (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ),
    )}
  </dl>
);

const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <section>
    <h2>{title}</h2>
    {children}
  </section>
);

const List = ({ title, lines }: { title: string; lines: string[] }) =>
  lines.length === 0 ? null : (
    <Section title={title}>
      <ul className="rows">
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rendered once, and two lines may be the same
          <li key={index}>{line}</li>
        ))}
      </ul>
    </Section>
  );

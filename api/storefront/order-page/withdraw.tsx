import type { ReactNode } from 'react';
import { z } from 'zod';
import { senderName } from '../../../domain/email';
import { knownLocale } from '../../../domain/locale';
import type { SelfService } from '../../../store/orders/self-service';
import { type OrderView, readOrder } from '../../../store/orders/view';
import type { ApiDeps } from '../../deps';
import { type Answer, type Route, route } from '../../http/route';
import { text } from '../../http/schemas';
import { pageOf, Story } from '../../pages/page';
import { unknownOrder } from '../find-order';
import { withdraw } from '../withdrawal';
import { Moment } from './order';
import { type Addresses, addressesOf, signedOrder, signedPage } from './signed';
import { selfServiceOf } from './view';

export const Name = text(200).meta({ description: 'The name of the person who withdraws.', example: 'Ada Lovelace' });

/** `/orders/{sessionId}/withdraw`: the statement, and its confirmation (docs/deciding/0036). */
export const withdrawRoutes = (deps: ApiDeps): Route[] => [
  route({
    method: 'get',
    path: '/orders/{sessionId}/withdraw',
    ...signedPage(deps.env),
    summary: 'The page to withdraw from the contract, and the receipt once that is done',
    description: 'For the signed link of a mail. Changes nothing, because mail scanners follow links.',
    answers: { 200: { description: 'The page.', contentType: 'text/html' } },
    handle: async ({ params, query }) => {
      const sessionId = await signedOrder(deps, params.sessionId, query);
      const order = await readOrder(deps.db, sessionId);
      if (order === null) throw unknownOrder();
      return { html: withdrawalPage(deps, order, await selfServiceOf(deps, sessionId)) };
    },
  }),
  route({
    method: 'post',
    path: '/orders/{sessionId}/withdraw',
    ...signedPage(deps.env),
    summary: 'Withdraw from the contract, as the shopper',
    description:
      'For the signed link of a mail. Recorded first; the receipt goes to the address of the order at once. If nothing of the order has been delivered, all of the money goes back.',
    body: { form: z.strictObject({ name: Name }) },
    answers: { 303: { description: 'Leads to the receipt.', headers: { Location: 'The same address.' } } },
    handle: async ({ params, query, body: { name }, res }): Promise<Answer | undefined> => {
      const sessionId = await signedOrder(deps, params.sessionId, query);
      await withdraw(deps, { sessionId, name, via: 'link' });
      res.set('cache-control', 'no-store').redirect(303, addressesOf(deps.env, sessionId).withdraw);
      return undefined;
    },
  }),
];

function withdrawalPage({ env }: ApiDeps, order: OrderView, service: SelfService): string {
  const addresses = addressesOf(env, order.sessionId);
  const shown = { order, service, addresses };
  const title = service.withdrawal ? RECEIVED : LABEL;
  return pageOf({
    shop: senderName(env.EMAIL_FROM),
    title,
    body: (
      <>
        {service.withdrawal ? (
          <Receipt {...shown} withdrawal={service.withdrawal} />
        ) : service.mayWithdraw ? (
          <Statement {...shown} />
        ) : (
          <Story tone="over" title="There is nothing to withdraw from">
            <p>This order is not paid, has been undone already, or its withdrawal period is over.</p>
          </Story>
        )}
        <p>
          <a href={addresses.view}>Back to your order</a>
        </p>
      </>
    ),
  });
}

/** The words that the law wants on the function. */
export const LABEL = 'Withdraw from contract here';
export const CONFIRM = 'Confirm withdrawal';
const RECEIVED = 'We have received your withdrawal';

interface Shown {
  order: OrderView;
  service: SelfService;
  addresses: Addresses;
}

const Receipt = ({ order, withdrawal }: Shown & { withdrawal: NonNullable<SelfService['withdrawal']> }) => (
  <Story tone="good" title={RECEIVED}>
    <p>
      {`Order ${order.number}, on `}
      <Moment at={withdrawal.at.toISOString()} locale={knownLocale(order.locale)} />. The receipt is in your e-mail.
    </p>
    <p>{withdrawal.undone ? UNDONE : whatFollows(order)}</p>
  </Story>
);

const UNDONE = 'Nothing of it has been delivered, so what you have paid goes back the way it came.';

const whatFollows = ({ shipments }: OrderView): string =>
  shipments.length > 0
    ? 'Please send back what you have received, within 14 days. Refunds are due within 14 days, too; we may wait until the goods are back, or until you have shown us that you sent them.'
    : 'Our staff look after your refund. It is due within 14 days.';

const Statement = ({ order, service, addresses }: Shown) => (
  <Story tone="over" title={LABEL}>
    <p>{`“I withdraw from the contract for order ${order.number}.” You need not give a reason.`}</p>
    <ul>
      {order.items.map(({ sku, name, quantity }) => (
        <li key={sku}>{`${quantity} × ${name}`}</li>
      ))}
    </ul>
    <Exempt order={order} service={service} />
    <p>{isUndone(order, service) ? UNDONE : whatFollows(order)}</p>
    <p>The receipt goes to the e-mail address of the order at once.</p>
    <form method="post" action={addresses.withdraw}>
      <NameField />
      <button className="button primary" type="submit">
        {CONFIRM}
      </button>
    </form>
  </Story>
);

/** Whether nothing is left for staff to decide. While a bank decides about a dispute, nothing can be refunded. */
const isUndone = ({ shipments }: OrderView, { begun, late, facts }: SelfService): boolean =>
  shipments.length === 0 && begun.length === 0 && !late && !facts.disputed;

const Exempt = ({ order: { grants }, service: { begun } }: Pick<Shown, 'order' | 'service'>): ReactNode => {
  if (begun.length > 0)
    return <p>{`Exempt, if you agreed to that, because the download has begun: ${begun.join(', ')}.`}</p>;
  if (grants.length > 0) return <p>A download may be exempt once it has begun, if you agreed to that.</p>;
  return null;
};

export const NameField = () => (
  <label>
    Your name
    <input name="name" autoComplete="name" required maxLength={200} />
  </label>
);

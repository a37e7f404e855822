import type { ReactNode } from 'react';
import { z } from 'zod';
import { senderName } from '../../../domain/email';
import type { SelfService } from '../../../store/orders/self-service';
import { type OrderView, readOrder } from '../../../store/orders/view';
import type { ApiDeps } from '../../deps';
import { type Answer, type Route, route } from '../../http/route';
import { text } from '../../http/schemas';
import { pageOf, Story } from '../../pages/page';
import type { PageWords } from '../../pages/words/en';
import { wordsFor } from '../../pages/words/words';
import { unknownOrder } from '../find-order';
import { withdraw } from '../withdrawal';
import { Moment } from './order';
import { type Addresses, addressesOf, signedOrder, signedPage } from './signed';
import { localeOf, selfServiceOf } from './view';

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
    handle: async ({ params, query, req }) => {
      const sessionId = await signedOrder(deps, params.sessionId, query);
      const order = await readOrder(deps.db, sessionId);
      if (order === null) throw unknownOrder();
      const service = await selfServiceOf(deps, sessionId);
      return { html: withdrawalPage(deps, order, service, localeOf(req, order)) };
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

function withdrawalPage({ env }: ApiDeps, order: OrderView, service: SelfService, locale: string): string {
  const addresses = addressesOf(env, order.sessionId);
  const words = wordsFor(locale);
  const shown = { order, service, addresses, words };
  const { received, label, nothing } = words.withdrawal;
  return pageOf({
    shop: senderName(env.EMAIL_FROM),
    title: service.withdrawal ? received : label,
    words,
    body: (
      <>
        {service.withdrawal ? (
          <Receipt {...shown} withdrawal={service.withdrawal} locale={locale} />
        ) : service.mayWithdraw ? (
          <Statement {...shown} />
        ) : (
          <Story tone="over" title={nothing.title}>
            <p>{nothing.text}</p>
          </Story>
        )}
        <p>
          <a href={addresses.view}>{words.backToOrder}</a>
        </p>
      </>
    ),
  });
}

interface Shown {
  order: OrderView;
  service: SelfService;
  addresses: Addresses;
  words: PageWords;
}

type ReceiptProps = Shown & { withdrawal: NonNullable<SelfService['withdrawal']>; locale: string };

const Receipt = ({ order, words, withdrawal, locale }: ReceiptProps) => (
  <Story tone="good" title={words.withdrawal.received}>
    <p>{words.withdrawal.receipt(order.number, <Moment at={withdrawal.at.toISOString()} locale={locale} />)}</p>
    <p>{withdrawal.undone ? words.withdrawal.undone : whatFollows(order, words)}</p>
  </Story>
);

const whatFollows = ({ shipments }: OrderView, { withdrawal }: PageWords): string =>
  shipments.length > 0 ? withdrawal.sendBack : withdrawal.staffRefund;

const Statement = ({ order, service, addresses, words }: Shown) => (
  <Story tone="over" title={words.withdrawal.label}>
    <p>{words.withdrawal.iWithdraw(order.number)}</p>
    <ul>
      {order.bought.map(({ sku, name, quantity }) => (
        <li key={sku}>{`${quantity} × ${name}`}</li>
      ))}
    </ul>
    <Exempt order={order} service={service} words={words} />
    <p>{isUndone(order, service) ? words.withdrawal.undone : whatFollows(order, words)}</p>
    <p>{words.withdrawal.receiptGoes}</p>
    <form method="post" action={addresses.withdraw}>
      <NameField words={words} />
      <button className="button primary" type="submit">
        {words.withdrawal.confirm}
      </button>
    </form>
  </Story>
);

/** Whether nothing is left for staff to decide. While a bank decides about a dispute, nothing can be refunded. */
const isUndone = ({ shipments }: OrderView, { begun, late, facts }: SelfService): boolean =>
  shipments.length === 0 && begun.length === 0 && !late && !facts.disputed;

type ExemptProps = Pick<Shown, 'order' | 'service' | 'words'>;

const Exempt = ({ order: { grants }, service: { begun }, words: { withdrawal } }: ExemptProps): ReactNode => {
  if (begun.length > 0) return <p>{withdrawal.begun(begun.join(', '))}</p>;
  return grants.length > 0 ? <p>{withdrawal.mayBeExempt}</p> : null;
};

export const NameField = ({ words }: { words: PageWords }) => (
  <label>
    {words.yourName}
    <input name="name" autoComplete="name" required maxLength={200} />
  </label>
);

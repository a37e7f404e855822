import type { Request } from 'express';
import { senderName } from '../../../domain/email';
import type { SessionId } from '../../../domain/ids';
import { knownLocale } from '../../../domain/locale';
import { isBought } from '../../../domain/withdrawal';
import { readSelfService, type SelfService } from '../../../store/orders/self-service';
import type { OrderView } from '../../../store/orders/view';
import type { ApiDeps } from '../../deps';
import { languageAskedBy } from '../../http/language';
import type { Limits } from '../../http/limits';
import { type Route, route } from '../../http/route';
import { pageOf } from '../../pages/page';
import { problemPage } from '../../pages/problem-page';
import type { PageWords } from '../../pages/words/en';
import { wordsFor } from '../../pages/words/words';
import { findOrder } from '../find-order';
import { type OrderDocument, orderDocument } from '../order-document';
import { SessionParam } from '../orders';
import { BankDetails, Downloads, HowToPay, Items, LicenceKeys, OrderStory, Parcels, type Shown } from './order';
import { AsGuest, AskedReturns, GivenUp, Invoice, isGivenUp, SelfServiceSection } from './self-service';
import { addressesOf, isSigned, Token } from './signed';

/** `GET /orders/{sessionId}/view` */
export const orderPageRoutes = (deps: ApiDeps, limits: Limits): Route[] => [
  route({
    method: 'get',
    path: '/orders/{sessionId}/view',
    tag: 'Storefront',
    summary: 'An order as a page',
    description:
      'For people, without JavaScript. Says the same as `GET /orders/{sessionId}`, from the same moment on. Reloads by itself while something is expected. No personal data: whoever has the address can read it. With the signature of the link in the mails, it also offers to cancel, to withdraw and to return, and links the invoice.',
    params: SessionParam,
    query: Token,
    answers: { 200: { description: 'The page.', contentType: 'text/html' } },
    problems: ['unknown_order', 'rate_limited', 'link_invalid'],
    page: problemPage(deps.env),
    handle: async ({ params, query, req }) => {
      const signed = isSigned(deps.env, params.sessionId, query);
      const order = await findOrder(deps, limits, req, params.sessionId);
      const service = signed ? await selfServiceOf(deps, order.sessionId) : null;
      return { html: orderPage(deps, order, service, localeOf(req, order)) };
    },
  }),
];

/** What the shopper of a known order may do now. */
export const selfServiceOf = ({ db, env, clock }: ApiDeps, sessionId: SessionId): Promise<SelfService> =>
  readSelfService(db, { sessionId, now: clock.now(), arrivesWithin: env.AUTO_COMPLETE_SECONDS * 1000 });

/** The locale of an order's pages: the checkout's, else the language of the browser. */
export const localeOf = (req: Request, { locale }: { locale: string | null }): string =>
  knownLocale(locale, languageAskedBy(req));

/** @param service null where the link is not signed */
function orderPage(
  { env, clock }: Pick<ApiDeps, 'env' | 'clock'>,
  view: OrderView,
  service: SelfService | null,
  locale: string,
): string {
  const now = clock.now();
  const order = orderDocument(env, now, view, service ? 'customer' : 'address');
  const words = wordsFor(locale);
  const shown: Shown = { order, words, locale, now };
  const self = service && { service, addresses: addressesOf(env, view.sessionId), words, locale, halted: view.halted };
  const bankDetailsFor = order.refundAwaitsBankDetails;
  return pageOf({
    shop: senderName(env.EMAIL_FROM),
    title: words.order(order.number),
    words,
    refresh: refreshOf(order) ?? (service?.facts.cancelling ? SOON_S : undefined),
    body: (
      <>
        {self && view.halted !== 'refund_failed' && isGivenUp(self.service) ? (
          <GivenUp {...self} />
        ) : (
          <OrderStory {...shown} />
        )}
        {bankDetailsFor && <BankDetails amount={bankDetailsFor} words={words} locale={locale} />}
        <HowToPay {...shown} />
        <NextStep order={order} words={words} storefront={env.STOREFRONT_URL} />
        <LicenceKeys {...shown} />
        <Downloads {...shown} />
        <Parcels {...shown} />
        <Items {...shown} />
        {service?.invoiceUrl && <Invoice url={service.invoiceUrl} words={words} />}
        {self && <AskedReturns {...self} items={view.items} />}
        {self && <SelfServiceSection {...self} />}
        {!self && isBought(view) && (
          <AsGuest withdraw={`../../withdraw?number=${encodeURIComponent(order.number)}`} words={words} />
        )}
      </>
    ),
  });
}

/** Set while the next step comes by itself: soon, if a payment is being confirmed; later, if a bank works on it. */
function refreshOf({ status, paymentStatus }: OrderDocument): number | undefined {
  if (status === 'PAID') return SOON_S;
  if (status !== 'PENDING') return undefined;
  if (paymentStatus === 'UNPAID') return SOON_S;
  return paymentStatus === 'PROCESSING' ? IN_A_WHILE_S : undefined;
}

const SOON_S = 5;
const IN_A_WHILE_S = 60;

interface NextStepProps {
  order: OrderDocument;
  words: PageWords;
  storefront: string;
}

const NextStep = ({ order: { status, recoveryUrl }, words, storefront }: NextStepProps) => {
  if (status !== 'EXPIRED' && status !== 'CANCELLED') return null;
  return (
    <p>
      {recoveryUrl ? (
        <a className="button primary" href={recoveryUrl}>
          {words.page.complete}
        </a>
      ) : (
        <a className="button" href={storefront}>
          {words.page.toShop}
        </a>
      )}
    </p>
  );
};

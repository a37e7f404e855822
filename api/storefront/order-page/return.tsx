import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { senderName } from '../../../domain/email';
import type { SessionId } from '../../../domain/ids';
import type { ParcelLine } from '../../../domain/parcel';
import { plainProse } from '../../../domain/text';
import { recordReturnRequest } from '../../../store/orders/return-requests';
import type { SelfService } from '../../../store/orders/self-service';
import { type OrderView, readOrder } from '../../../store/orders/view';
import type { ApiDeps } from '../../deps';
import { orTheSweep, showChange, startFirstMails } from '../../first-mails';
import type { Limits } from '../../http/limits';
import { type Answer, type Route, route } from '../../http/route';
import { pageOf, Story } from '../../pages/page';
import type { PageWords } from '../../pages/words/en';
import { wordsFor } from '../../pages/words/words';
import { unknownOrder } from '../find-order';
import { AskedReturns, nameOf } from './self-service';
import { type Addresses, addressesOf, signedOrder, signedPage } from './signed';
import { localeOf, selfServiceOf } from './view';

/** The name of the field with the units of a SKU. */
const UNITS = 'units.';

const ReturnForm = z
  .object({
    id: z.uuid().meta({ description: 'From the page: the form sent twice is one request.' }),
    reason: z.string().max(2_000).default('').meta({ description: 'Only for staff.', example: 'They have wilted.' }),
  })
  .catchall(z.coerce.number().int().min(0).max(1_000_000))
  .superRefine(({ id: _, reason: __, ...units }, context) => {
    for (const name of Object.keys(units).filter((one) => !one.startsWith(UNITS)))
      context.addIssue({ code: 'custom', path: [name], message: `The field "${name}" is not known` });
  })
  .meta({
    id: 'ReturnForm',
    description: 'For each SKU a field `units.` and the SKU, with how many of it.',
    example: { id: '0b8f1a36-6f0f-4f5c-9a39-0d1f8d5f2a11', 'units.TULIPS': 1, reason: 'They have wilted.' },
  });
type ReturnForm = z.output<typeof ReturnForm>;

/** `/orders/{sessionId}/return`: what the shopper would like to send back (docs/deciding/0045). */
export const askToReturnRoutes = (deps: ApiDeps, limits: Limits): Route[] => [
  route({
    method: 'get',
    path: '/orders/{sessionId}/return',
    ...signedPage(deps.env),
    summary: 'The page to ask for a return, and what was asked for',
    description: 'For the signed link of a mail. Changes nothing, because mail scanners follow links.',
    answers: { 200: { description: 'The page.', contentType: 'text/html' } },
    handle: async ({ params, query, req }) => {
      const shown = await pageFacts(deps, await signedOrder(deps, params.sessionId, query));
      return { html: returnPage(deps, shown, localeOf(req, shown.order)) };
    },
  }),
  route({
    method: 'post',
    path: '/orders/{sessionId}/return',
    ...signedPage(deps.env),
    summary: 'Ask to return goods, as the shopper',
    description:
      'For the signed link of a mail. Recorded first; staff and the address of the order are mailed at once. Nothing is refunded by it. Only goods that were shipped, have not come back, and were not asked for before.',
    body: { form: ReturnForm },
    answers: {
      303: { description: 'Leads to what was asked for.', headers: { Location: 'The same address.' } },
      400: { description: 'The page again: nothing was picked.', contentType: 'text/html' },
      409: { description: 'The page that says that not all of it can be returned.', contentType: 'text/html' },
    },
    problems: ['unknown_order', 'link_invalid', 'rate_limited'],
    handle: async ({ params, query, body, req, res }): Promise<Answer | undefined> => {
      const sessionId = await signedOrder(deps, params.sessionId, query);
      await limits.askToReturn(req);
      const items = unitsOf(body);
      const asked = items.length === 0 ? 'nothing-picked' : await ask(deps, sessionId, { ...body, items });
      if (asked !== 'recorded') {
        const shown = await pageFacts(deps, sessionId);
        const status = asked === 'refused' ? 409 : 400;
        return { status, html: returnPage(deps, shown, localeOf(req, shown.order), asked) };
      }
      res.set('cache-control', 'no-store').redirect(303, addressesOf(deps.env, sessionId).giveBack);
      return undefined;
    },
  }),
];

function unitsOf({ id: _, reason: __, ...fields }: ReturnForm): ParcelLine[] {
  return Object.entries(fields)
    .filter(([, quantity]) => quantity > 0)
    .map(([name, quantity]) => ({ sku: name.slice(UNITS.length), quantity }));
}

/** Records the request, then has the mails sent and the order shown without anybody waiting for it. */
async function ask(
  deps: ApiDeps,
  sessionId: SessionId,
  { id, reason, items }: { id: string; reason: string; items: ParcelLine[] },
): Promise<'recorded' | 'refused'> {
  const at = new Date(deps.clock.now());
  const request = { sessionId, id, items, reason: plainProse(reason) || null, at };
  const asked = await recordReturnRequest(deps.db, request);
  if (asked.outcome === 'recorded' && asked.mails.length > 0)
    void orTheSweep(deps, sessionId, [...startFirstMails(deps, sessionId, asked.mails), showChange(deps, sessionId)]);
  return asked.outcome;
}

interface Shown {
  order: OrderView;
  service: SelfService;
}

async function pageFacts(deps: ApiDeps, sessionId: SessionId): Promise<Shown> {
  const order = await readOrder(deps.db, sessionId);
  if (order === null) throw unknownOrder();
  return { order, service: await selfServiceOf(deps, sessionId) };
}

type Trouble = 'nothing-picked' | 'refused';

function returnPage({ env }: ApiDeps, { order, service }: Shown, locale: string, trouble?: Trouble): string {
  const addresses = addressesOf(env, order.sessionId);
  const words = wordsFor(locale);
  const { title, received, more, nothing, changed } = words.giveBack;
  const { returnable, returnRequests } = service;
  const asked = trouble === undefined && returnRequests.some(({ state }) => state === 'open');
  const head =
    trouble === 'refused' ? changed : asked ? { title: received, text: words.giveBack.whatFollows } : undefined;
  const form = { order, service, addresses, words, trouble, title: head ? more : title };
  return pageOf({
    shop: senderName(env.EMAIL_FROM),
    title: head?.title ?? (returnable.length > 0 ? title : nothing.title),
    words,
    body: (
      <>
        {head && (
          <Story tone={asked ? 'good' : 'over'} title={head.title}>
            <p>{head.text}</p>
          </Story>
        )}
        <AskedReturns service={service} items={order.items} words={words} locale={locale} />
        {returnable.length > 0 ? (
          <Form {...form} isFirst={head === undefined} />
        ) : (
          head === undefined && (
            <Story tone="over" title={nothing.title}>
              <p>{nothing.text}</p>
            </Story>
          )
        )}
        <p>
          <a href={addresses.view}>{words.backToOrder}</a>
        </p>
      </>
    ),
  });
}

interface FormProps extends Shown {
  addresses: Addresses;
  words: PageWords;
  title: string;
  trouble: Trouble | undefined;
  /** Nothing stands above it. */
  isFirst: boolean;
}

const Form = ({ order, service, addresses, words, title, trouble, isFirst }: FormProps) => {
  const { howMany, reason, onlyStaff, whatFollows, orWithdraw, send, pick } = words.giveBack;
  const { returnable, mayWithdraw } = service;
  const isOne = isFirst && returnable.length === 1 && returnable[0]?.quantity === 1;
  return (
    <section className="story over">
      {isFirst ? <h1>{title}</h1> : <h2>{title}</h2>}
      {trouble === 'nothing-picked' && <p role="alert">{pick}</p>}
      <form method="post" action={addresses.giveBack}>
        <input type="hidden" name="id" value={randomUUID()} />
        {returnable.map(({ sku, quantity }) => (
          <label key={sku}>
            {howMany(nameOf(order.items, sku), quantity)}
            <input
              name={`${UNITS}${sku}`}
              type="number"
              inputMode="numeric"
              min={0}
              max={quantity}
              defaultValue={isOne ? 1 : 0}
              required
            />
          </label>
        ))}
        <label>
          {reason}
          <span className="hint">{onlyStaff}</span>
          <textarea name="reason" rows={3} maxLength={1_000} />
        </label>
        {isFirst && <p>{whatFollows}</p>}
        <button className="button primary" type="submit">
          {send}
        </button>
      </form>
      {mayWithdraw && (
        <p>
          {orWithdraw} <a href={addresses.withdraw}>{words.withdrawal.label}</a>
        </p>
      )}
    </section>
  );
};

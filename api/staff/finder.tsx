import { z } from 'zod';
import { isDisputeId, isNoticeId, isRefundId } from '../../domain/ids';
import { type TemporalUi, workflowUrl } from '../../platform/temporal-ui';
import type { OrderSummary } from '../../store/orders/list';
import { findByText } from '../../store/orders/search';
import type { ApiDeps } from '../deps';
import { type Route, route } from '../http/route';
import { text } from '../http/schemas';
import { Story } from '../pages/page';
import { type CountedList, listCounter } from './lists';
import { OrderRow } from './order-row';
import { FormKey, type SignedIn, staffPage, staffProblemPage } from './page';
import { type StaffSessions, staffPath } from './session';
import { FormKeyField, signInPage } from './sign-in';
import { type CountedView, viewCounter } from './views';

/** The finder of staff: from what a customer or a bank says to the order's workflow and its document. */
export const finderRoutes = (deps: ApiDeps, sessions: StaffSessions, ui: TemporalUi | null): Route[] => {
  const { env, db } = deps;
  const countViews = viewCounter(deps, ui);
  const countLists = listCounter(deps);
  return [
    route({
      method: 'get',
      path: '/staff',
      tag: 'Staff',
      summary: 'The finder of staff, or its sign-in',
      description:
        'For people, without JavaScript. The numbers are those of the database and of Temporal, at most ten seconds old.',
      answers: { 200: { description: 'The page.', contentType: 'text/html' } },
      page: staffProblemPage(env),
      handle: async ({ req }) => {
        const name = sessions.nameOf(req);
        if (name === null) return { html: signInPage(env) };
        const [lists, views] = await Promise.all([countLists(), countViews()]);
        return { html: finderPage(deps, { name, formKey: sessions.formKey(req) }, { lists, views }) };
      },
    }),
    route({
      method: 'post',
      path: '/staff/find',
      tag: 'Staff',
      summary: 'Find orders, for people',
      description:
        'By number, by an id at Stripe (session, payment, charge, refund, dispute, review, early fraud warning, invoice), by the id of a return, of a request to return or of goods sent again, by e-mail address, or by tracking number. A POST, so that no personal data appears in a URL.',
      body: { form: z.strictObject({ form: FormKeyField, text: text(320) }) },
      answers: { 200: { description: 'The page with what was found.', contentType: 'text/html' } },
      problems: ['link_invalid'],
      page: staffProblemPage(env),
      handle: async ({ body, actor, req }) => {
        sessions.demandForm(req, body.form);
        const { orders: found, more } = await findByText(db, body.text);
        const signedIn = { name: actor, formKey: body.form };
        return { html: foundPage(deps, signedIn, { asked: body.text.trim(), found, more, ui }) };
      },
    }),
  ];
};

interface Counted {
  lists: CountedList[];
  views: CountedView[];
}

const finderPage = ({ env }: ApiDeps, signedIn: SignedIn, { lists, views }: Counted): string =>
  staffPage(env, {
    title: 'Find an order',
    signedIn,
    body: (
      <>
        <Search env={env} signedIn={signedIn} />
        <section>
          <h2>Lists from the database</h2>
          <ul className="rows">
            {lists.map(({ list, name, count }) => (
              <li key={list}>
                <a href={`${staffPath(env)}/orders?list=${list}`}>{name}</a>
                <span>{count ?? '–'}</span>
              </li>
            ))}
          </ul>
        </section>
        <section>
          <h2>Lists in the Temporal UI</h2>
          <ul className="rows">
            {views.map(({ name, query, count, url }) => (
              <li key={name}>
                <span>{url ? <a href={url}>{name}</a> : name}</span>
                <span>{count ?? '–'}</span>
                {!url && <code>{query}</code>}
              </li>
            ))}
          </ul>
          <p className="hint">
            {'To see order numbers and amounts in the Temporal UI, and these lists among its saved views, '}
            <a href={`${staffPath(env)}/setup`}>set up this browser</a>.
          </p>
        </section>
      </>
    ),
  });

interface Found {
  asked: string;
  found: OrderSummary[];
  /** Whether there are more than these. */
  more: boolean;
  ui: TemporalUi | null;
}

const foundPage = ({ env }: ApiDeps, signedIn: SignedIn, { asked, found, more, ui }: Found): string =>
  staffPage(env, {
    title: 'Find an order',
    signedIn,
    body: (
      <>
        {found.length === 0 ? (
          <Story tone="over" title="No order was found">
            <p>{`Nothing is known as “${asked}”. Check it, or try something else: the number of the order, for example. An e-mail address is known once its order is paid.`}</p>
          </Story>
        ) : (
          <section>
            <h1>{titleOf(found.length, more)}</h1>
            <ul className="rows">
              {found.map((order) => (
                <OrderRow key={order.sessionId} order={order} env={env} ui={ui} />
              ))}
            </ul>
            {more && (
              <p>
                {'There are more orders. Type the number of one, or list them all with '}
                <code>POST /admin/orders/search</code>.
              </p>
            )}
            {ui && hasOwnWorkflow(asked) && (
              <p>
                <a href={workflowUrl(ui, asked)}>{`The workflow of ${asked}`}</a>
              </p>
            )}
          </section>
        )}
        <Search env={env} signedIn={signedIn} asked={found.length === 0 ? asked : undefined} />
        <p>
          <a href={staffPath(env)}>Back to the lists</a>
        </p>
      </>
    ),
  });

/** A PaymentIntent has one only if it failed once. */
const hasOwnWorkflow = (id: string): boolean =>
  isRefundId(id) || isDisputeId(id) || (isNoticeId(id) && !id.startsWith('pi_'));

const titleOf = (count: number, more: boolean): string => {
  if (count === 1) return 'One order';
  return more ? `The newest ${count} orders` : `${count} orders, newest first`;
};

const Search = ({ env, signedIn, asked }: { env: ApiDeps['env']; signedIn: SignedIn; asked?: string | undefined }) => (
  <form method="post" action={`${staffPath(env)}/find`}>
    <FormKey {...signedIn} />
    <label>
      Find an order
      <input name="text" required maxLength={320} autoComplete="off" spellCheck={false} defaultValue={asked} />
      <span className="hint">
        Its number, an id at Stripe (session, payment, charge, refund, dispute, invoice), the customer’s e-mail address,
        a tracking number, or the id of a return.
      </span>
    </label>
    <button className="button primary" type="submit">
      Find
    </button>
  </form>
);

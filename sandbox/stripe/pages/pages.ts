/** The pages for shoppers' browsers: the payment page, the bank's 3-D Secure page, recovery addresses, receipts. */
import express, { type Response, Router } from 'express';
import { Refusal } from '../http/errors';
import { MERCHANT } from '../objects/account';
import { formatAmount } from '../objects/amounts';
import { authenticate } from '../objects/bank';
import { applyChoices } from '../objects/choices';
import { type Outcome, pay } from '../objects/payments';
import { cancelAddress, recoverSession, type Session, successAddress } from '../objects/sessions';
import { idOf } from '../store/store';
import type { Deliveries } from '../webhooks/deliveries';
import type { World } from '../world';
import { html } from './html';
import { notice, type Page, sendPage } from './page-layout';
import { choicesOf, collectsAddress, isAttempt, readPayForm, type Typed, typedIn } from './pay-form';
import { countriesOf, type Filled, isFree, payPage } from './pay-page';
import { countryOf } from './shopper-country';

/** How long Checkout waits for the shop's webhook endpoint before it sends the shopper on, in milliseconds. */
const WAIT_FOR_ANSWER = 10_000;
const EMPTY: Filled = { typed: {}, problems: {}, alert: null };

export function createPages(world: World, deliveries: Deliveries): Router {
  const { store } = world;
  const router = Router();
  const form = express.urlencoded({ extended: false, limit: '64kb' });

  /** A browser that opens the sandbox's address gets the control page; the API has no such path. */
  router.get('/', (request, response, next) => {
    if (request.accepts(['json', 'html']) === 'html') response.redirect(303, '/_control');
    else next();
  });

  router.get('/pay/:id', (request, response) => {
    const session = store.sessions.get(request.params.id);
    if (session?.status !== 'open') return sendUnpayable(response, session);
    const country = countryOf([...request.acceptsLanguages(), session.locale ?? ''], countriesOf(session));
    sendPage(response, 200, payPage(world, session, { ...EMPTY, typed: country === undefined ? {} : { country } }));
  });

  router.post('/pay/:id', form, async (request, response) => {
    const session = store.sessions.get(request.params.id);
    if (session?.status !== 'open') return sendUnpayable(response, session);
    const typed = typedIn(request.body);
    if (typed.update !== undefined) return update(response, session, typed);
    const read = readPayForm(world, session, typed, isFree(world, session));
    const again = (status: number, filled: Partial<Filled>) => {
      const current = store.sessions.get(session.id) ?? session;
      sendPage(response, status, payPage(world, current, { ...EMPTY, typed: { ...typed, cardCvc: '' }, ...filled }));
    };
    if (!isAttempt(read)) return again(422, { problems: read, alert: 'Please check the fields below.' });
    try {
      await proceed(
        response,
        store.transaction(() => pay(world, session.id, read)),
        (alert) => again(402, { alert }),
      );
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      again(422, { alert: error.message });
    }
  });

  router.get('/pay/:id/authenticate', (request, response) => {
    const session = store.sessions.get(request.params.id);
    const awaitsBank =
      session?.status !== 'complete' &&
      store.paymentIntents.get(idOf(session?.payment_intent) ?? '')?.status === 'requires_action';
    if (session === undefined || !awaitsBank) return sendUnpayable(response, session);
    sendPage(response, 200, bankPage(session));
  });

  router.post('/pay/:id/authenticate', form, async (request, response) => {
    const session = store.sessions.get(request.params.id);
    const passed = typedIn(request.body).outcome === 'complete';
    try {
      const outcome = store.transaction(() => authenticate(world, request.params.id, passed));
      await proceed(response, outcome, (alert) => {
        const current = store.sessions.get(request.params.id);
        if (current?.status !== 'open') return sendUnpayable(response, current);
        sendPage(response, 402, payPage(world, current, { ...EMPTY, alert }));
      });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      sendUnpayable(response, session);
    }
  });

  router.get('/recover/:token', (request, response) => {
    const copy = store.transaction(() => recoverSession(world, request.params.token));
    if (copy?.url) return response.redirect(303, copy.url);
    sendPage(response, 410, notice('This link has expired', 'The checkout can no longer be recovered.'));
  });

  router.get('/vouchers/:id', (_request, response) => {
    sendPage(response, 200, notice('Voucher', 'With this voucher a buyer pays in a shop or at a bank.'));
  });

  router.get('/invoices/:id', (request, response) => {
    const invoice = store.invoices.get(request.params.id);
    if (invoice === undefined) return sendUnpayable(response, undefined);
    const sum = formatAmount(invoice.total, invoice.currency);
    sendPage(response, 200, notice(`Invoice ${invoice.number} from ${MERCHANT}`, `${sum} paid.`));
  });

  router.get('/receipts/:id', (request, response) => {
    const charge = store.charges.get(request.params.id);
    if (charge === undefined) return sendUnpayable(response, undefined);
    const sum = formatAmount(charge.amount, charge.currency);
    const back =
      charge.amount_refunded > 0 ? ` ${formatAmount(charge.amount_refunded, charge.currency)} refunded.` : '';
    sendPage(response, 200, notice(`Receipt from ${MERCHANT}`, `${sum} paid.${back}`));
  });

  /** Shows the totals of what is chosen so far. */
  function update(response: Response, session: Session, typed: Typed): void {
    const country = collectsAddress(session) ? (typed.country ?? null) : null;
    try {
      const choices = choicesOf(session, typed);
      const chosen = store.transaction(() => applyChoices(world, session.id, choices, { buyer: null, country }));
      sendPage(response, 200, payPage(world, chosen.session, { ...EMPTY, typed: { ...typed, cardCvc: '' } }));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const filled = { ...EMPTY, typed: { ...typed, cardCvc: '' }, alert: error.message };
      sendPage(response, 422, payPage(world, session, filled));
    }
  }

  /** After Pay: on to the shop, to the bank, or back to the form. */
  async function proceed(response: Response, outcome: Outcome, declined: (message: string) => void): Promise<void> {
    if (outcome.outcome === 'declined') return declined(outcome.message);
    if (outcome.outcome === 'authenticate') return response.redirect(303, `/pay/${outcome.session.id}/authenticate`);
    await deliveries.firstAnswer(outcome.event, WAIT_FOR_ANSWER);
    response.redirect(303, successAddress(outcome.session));
  }

  return router;
}

/** The page of a session that cannot be paid. */
function sendUnpayable(response: Response, session: Session | undefined): void {
  const { status, page } = unpayablePage(session);
  sendPage(response, status, page);
}

function unpayablePage(session: Session | undefined): { status: number; page: Page } {
  if (session === undefined)
    return { status: 404, page: notice('Page not found', 'There is no checkout at this address.') };
  if (session.status === 'complete') {
    const onwards = { to: successAddress(session), label: 'See your order' };
    return { status: 200, page: notice('You’re all done here', 'This checkout is already complete.', onwards) };
  }
  const to = cancelAddress(session);
  const back = to === null ? null : { to, label: `Back to ${MERCHANT}` };
  return { status: 410, page: notice('This checkout has expired', 'It can no longer be paid.', back) };
}

function bankPage(session: Session): Page {
  const sum = formatAmount(session.amount_total ?? 0, session.currency ?? '');
  return {
    title: '3-D Secure',
    body: html`<main class="bank"><h1>3-D Secure test page</h1>
<p>At this point your bank would ask you to confirm the payment of <strong>${sum}</strong> to ${MERCHANT}. Here you choose the outcome.</p>
<form method="post" action="/pay/${session.id}/authenticate">
<button class="primary" id="authenticate-complete" name="outcome" value="complete">Complete</button>
<button class="plain" id="authenticate-fail" name="outcome" value="fail">Fail</button>
</form></main>`,
  };
}

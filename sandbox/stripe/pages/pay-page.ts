/** The payment page: the order on the left, the payment form on the right. It works without its script. */
import { MERCHANT } from '../objects/account';
import { formatAmount } from '../objects/amounts';
import { TEST_CARDS } from '../objects/cards';
import { bankDebitOf, voucherOf } from '../objects/payment-methods';
import { cancelAddress, detailOf, type Session } from '../objects/sessions';
import { totalsOf } from '../objects/totals';
import { idOf } from '../store/store';
import type { World } from '../world';
import { type Html, html } from './html';
import type { Page } from './page-layout';
import { collectsAddress, delayedMethod, type Problems, type Typed } from './pay-form';

export interface Filled {
  typed: Typed;
  problems: Problems;
  /** Why the last attempt failed. */
  alert: string | null;
}

export function payPage(world: World, session: Session, filled: Filled): Page {
  return {
    title: 'Checkout',
    body: html`<div class="checkout">
<section class="side" aria-label="Order summary"><div>${summary(world, session)}</div></section>
<main class="main"><form id="payment" method="post" action="/pay/${session.id}" novalidate>
${filled.alert !== null && html`<p class="alert" role="alert">${filled.alert}</p>`}
${contact(session, filled)}
${collectsAddress(session) && address(session, filled)}
${shippingOptions(world, session)}
${chosenAmount(world, session, filled)}
${payment(world, session, filled)}
${session.allow_promotion_codes === true && html`<fieldset><legend>Promotion code</legend>${field(filled, 'promotionCode', 'Code (optional)')}</fieldset>`}
${terms(session, filled)}
<button type="submit" id="pay">${isFree(world, session) ? 'Place order' : `Pay ${formatAmount(session.amount_total ?? 0, session.currency ?? '')}`}</button>
${changesTotal(session) && html`<p><button type="submit" class="plain" name="update" value="total" id="update">Update total</button></p>`}
<p class="small">This is a sandbox of Stripe Checkout. Nothing is charged, and card details are not stored.</p>
</form></main></div>`,
    script: SCRIPT,
  };
}

/** Whether the total depends on what is chosen here. */
const changesTotal = (session: Session): boolean =>
  session.allow_promotion_codes === true || session.automatic_tax.enabled || session.shipping_options.length > 1;

export const isFree = (world: World, session: Session): boolean =>
  session.amount_total === 0 && !hasChosenAmount(world, session) && session.shipping_options.length === 0;

function summary(world: World, session: Session): Html {
  const money = (amount: number) => formatAmount(amount, session.currency ?? '');
  const { lines, subtotal, discount, shipping, tax, total } = totalsOf(world, detailOf(world, session.id));
  const onTop = total - (subtotal - discount + shipping);
  const back = cancelAddress(session);
  return html`${back !== null && html`<a id="cancel" href="${back}">← Back</a>`}
<p class="merchant">${MERCHANT}</p>
<p class="due"><small>Amount due</small>${money(total)}</p>
<ul class="items">${lines.map((line) => {
    const product = world.store.products.get(idOf(line.price?.product) ?? '');
    const [image] = product?.images ?? [];
    const name = line.description ?? '';
    return html`<li><span class="tile" aria-hidden="true">${image ? html`<img src="${image}" alt="">` : name.slice(0, 1).toUpperCase()}</span>
<span class="name">${name}</span><span>${money(line.amount_subtotal)}</span>
<span class="each">${line.quantity ?? 1} × ${line.price?.unit_amount == null ? 'you choose' : money(line.price.unit_amount)}</span></li>`;
  })}</ul>
<dl class="sums">
<div><dt>Subtotal</dt><dd>${money(subtotal)}</dd></div>
${discount > 0 && html`<div><dt>Discount</dt><dd>−${money(discount)}</dd></div>`}
${session.shipping_options.length > 0 && html`<div><dt>Shipping</dt><dd>${money(shipping)}</dd></div>`}
${tax > 0 && html`<div><dt>Tax${tax > onTop && ' (included)'}</dt><dd>${money(tax)}</dd></div>`}
${session.automatic_tax.status === 'requires_location_inputs' && html`<div><dt>Tax</dt><dd>Enter your address</dd></div>`}
<div class="total"><dt>Total</dt><dd>${money(total)}</dd></div>
</dl>`;
}

function contact(session: Session, filled: Filled): Html {
  const email = { value: session.customer_details?.email ?? '', type: 'email', autocomplete: 'email' };
  return html`<fieldset><legend>Contact</legend>
${field(filled, 'email', 'E-mail', email)}
${session.phone_number_collection?.enabled && field(filled, 'phone', 'Phone', { type: 'tel', autocomplete: 'tel' })}
</fieldset>`;
}

function address(session: Session, filled: Filled): Html {
  const countries = countriesOf(session);
  const names = new Intl.DisplayNames('en', { type: 'region' });
  const named = countries.map((code) => ({ code, name: names.of(code) ?? code }));
  named.sort((one, other) => one.name.localeCompare(other.name, 'en'));
  const chosen = filled.typed.country ?? countries[0];
  return html`<fieldset><legend>${session.shipping_address_collection ? 'Shipping address' : 'Billing address'}</legend>
${field(filled, 'line1', 'Street and house number', { autocomplete: 'address-line1' })}
${field(filled, 'line2', 'Address line 2 (optional)', { autocomplete: 'address-line2' })}
<div class="row"><div>${field(filled, 'postal_code', 'Postal code', { autocomplete: 'postal-code' })}</div>
<div>${field(filled, 'city', 'City', { autocomplete: 'address-level2' })}</div></div>
<label for="country">Country</label>
<select id="country" name="country" autocomplete="country">${named.map(
    ({ code, name }) => html`<option value="${code}"${code === chosen && html` selected`}>${name}</option>`,
  )}</select>
</fieldset>`;
}

function shippingOptions(world: World, session: Session): Html | null {
  if (session.shipping_options.length === 0) return null;
  const chosen = detailOf(world, session.id).shipping?.rate;
  return html`<fieldset><legend>Shipping</legend>${session.shipping_options.map(
    ({ shipping_amount, shipping_rate }, index) => {
      const rate = world.store.shippingRates.get(idOf(shipping_rate) ?? '');
      return html`<label class="choice"><input type="radio" name="shippingOption" value="${index}"${rate?.id === chosen && html` checked`}>
<span>${rate?.display_name}</span><span class="aside">${formatAmount(shipping_amount, session.currency ?? '')}</span></label>`;
    },
  )}</fieldset>`;
}

function terms(session: Session, { typed, problems }: Filled): Html | null {
  if (session.consent_collection?.terms_of_service !== 'required') return null;
  return html`<fieldset><legend>Terms</legend>
<label class="choice"><input type="checkbox" name="terms" value="accepted"${typed.terms !== undefined && html` checked`}>
<span>${termsText(session)}</span></label>
${problems.terms !== undefined && html`<p class="error" id="terms-problem">${problems.terms}</p>`}</fieldset>`;
}

/** The session's own text, in which one link may stand as in Markdown; else Stripe's. */
function termsText({ custom_text }: Session): Html {
  const text = custom_text.terms_of_service_acceptance?.message ?? `I agree to the terms of service of ${MERCHANT}`;
  const [whole, before, words, address, after] = /^([^[]*)\[([^\]]*)\]\((https?:[^)\s]*)\)(.*)$/s.exec(text) ?? [];
  if (whole === undefined) return html`${text}`;
  return html`${before}<a href="${address}" target="_blank" rel="noopener">${words}</a>${after}`;
}

function chosenAmount(world: World, session: Session, filled: Filled): Html | null {
  const line = detailOf(world, session.id).lines.find(({ price }) => price?.custom_unit_amount != null);
  if (line === undefined) return null;
  const preset = line.amount_subtotal === 0 ? '' : (line.amount_subtotal / 100).toFixed(2);
  return html`<fieldset><legend>Your price</legend>
${field(filled, 'customAmount', `Amount in ${(session.currency ?? '').toUpperCase()}`, { value: preset, inputmode: 'decimal' })}</fieldset>`;
}

function payment(world: World, session: Session, filled: Filled): Html {
  const name = field(filled, 'billingName', 'Full name', { autocomplete: 'name' });
  if (isFree(world, session)) return html`<fieldset><legend>Nothing to pay</legend>${name}</fieldset>`;
  const debit = bankDebitOf(session) !== undefined;
  const voucher = voucherOf(session) !== undefined;
  const chosen = delayedMethod(session, filled.typed) ?? 'card';
  const choice = (method: string, label: string, aside: string) =>
    html`<label class="choice"><input type="radio" name="method" value="${method}"${method === chosen && html` checked`}><span>${label}</span><span class="aside">${aside}</span></label>`;
  return html`<fieldset><legend>Payment</legend>
${(debit || voucher) && choice('card', 'Card', '')}
${debit && choice('bank_debit', 'Bank debit', 'takes days to settle')}
${voucher && choice('voucher', 'Voucher', 'to be paid within three days')}
<div id="card">
${field(filled, 'cardNumber', 'Card number', { inputmode: 'numeric', autocomplete: 'cc-number', placeholder: '1234 1234 1234 1234' })}
<div class="row"><div>${field(filled, 'cardExpiry', 'Expiry', { inputmode: 'numeric', autocomplete: 'cc-exp', placeholder: 'MM / YY' })}</div>
<div>${field(filled, 'cardCvc', 'Security code', { inputmode: 'numeric', autocomplete: 'cc-csc', placeholder: 'CVC' })}</div></div>
${testCards()}
</div>
${name}
</fieldset>`;
}

function testCards(): Html {
  return html`<details class="cards" open><summary>Test cards</summary>
<p>Choose a card to fill in the form. Any future expiry date and any security code will do.</p>
<ul>${TEST_CARDS.map(({ number, does }) => html`<li><button type="button" data-card="${number}">${inFours(number)}</button> <span>${does}</span></li>`)}</ul>
</details>`;
}

interface FieldOptions {
  value?: string;
  type?: string;
  autocomplete?: string;
  inputmode?: string;
  placeholder?: string;
}

function field({ typed, problems }: Filled, name: string, label: string, options: FieldOptions = {}): Html {
  const { value = '', type = 'text', autocomplete = 'off', inputmode, placeholder } = options;
  const problem = problems[name];
  return html`<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" value="${typed[name] ?? value}"${
    inputmode !== undefined && html` inputmode="${inputmode}"`
  }${placeholder !== undefined && html` placeholder="${placeholder}"`}${
    problem !== undefined && html` aria-invalid="true" aria-describedby="${name}-problem"`
  }>
${problem !== undefined && html`<p class="error" id="${name}-problem">${problem}</p>`}`;
}

function hasChosenAmount(world: World, session: Session): boolean {
  return detailOf(world, session.id).lines.some(({ price }) => price?.custom_unit_amount != null);
}

const inFours = (number: string) => number.replaceAll(/(\d{4})(?=\d)/g, '$1 ');
/** The countries of which an address may be given. */
export const countriesOf = ({ shipping_address_collection }: Session): readonly string[] =>
  shipping_address_collection?.allowed_countries ?? EVERYWHERE;

const EVERYWHERE = ['DE', 'AT', 'CH', 'FR', 'NL', 'BE', 'IT', 'ES', 'GB', 'US', 'CA', 'AU'];

/**
 * Fills in the form when a test card is clicked, hides the card fields for a bank debit, and disables Pay after one
 * press.
 */
const SCRIPT = `
const form = document.getElementById('payment');
const fill = (name, value, always) => { const input = form.elements[name]; if (input && (always || !input.value)) input.value = value; };
for (const button of document.querySelectorAll('[data-card]')) button.addEventListener('click', () => {
  const card = form.querySelector('input[name="method"][value="card"]');
  if (card) { card.checked = true; show(); }
  fill('cardNumber', button.textContent, true);
  fill('cardExpiry', '12 / 34', true);
  fill('cardCvc', '123', true);
  fill('email', 'shopper@example.com');
  fill('billingName', 'Robin Sandbox');
  fill('phone', '+49 30 123456');
  fill('line1', 'Teststraße 1');
  fill('postal_code', '10115');
  fill('city', 'Berlin');
  document.getElementById('pay').focus();
});
const show = () => { const card = document.getElementById('card'); if (card) card.hidden = ['bank_debit', 'voucher'].includes(form.elements.method?.value); };
for (const choice of form.querySelectorAll('input[name="method"]')) choice.addEventListener('change', show);
show();
const pay = document.getElementById('pay');
const label = pay.textContent;
form.addEventListener('submit', (event) => { if (event.submitter?.name === 'update') return; pay.disabled = true; pay.textContent = 'Processing…'; });
addEventListener('pageshow', () => { pay.disabled = false; pay.textContent = label; });
(document.querySelector('[aria-invalid]') ?? document.querySelector('.alert'))?.focus?.();
`;

/** Stripe's test cards and how each behaves: https://docs.stripe.com/testing */
export interface TestCard {
  number: string;
  brand: 'amex' | 'mastercard' | 'visa';
  /** How the payment page describes it. */
  does: string;
  onPay: 'authenticate' | 'pay' | Decline;
  /** How the charge is disputed, `after` seconds of the sandbox's clock. */
  disputed?: { after: number; reason: string; status: string };
  onRefund?: RefundBehaviour;
}

export interface Decline {
  code: string;
  declineCode: string | null;
  message: string;
}

/** The status a refund starts with, and what becomes of it after `after` seconds. */
export interface RefundBehaviour {
  starts: 'pending' | 'requires_action' | 'succeeded';
  becomes: 'fails' | 'succeeds' | null;
  after: number;
}

/** In seconds of the sandbox's clock. Stripe does not publish how long it takes. */
const A_MINUTE = 60;

const declined = (declineCode: string, message = 'Your card was declined.'): Decline => ({
  code: 'card_declined',
  declineCode,
  message,
});

export const TEST_CARDS: TestCard[] = [
  { number: '4242424242424242', brand: 'visa', does: 'succeeds', onPay: 'pay' },
  {
    number: '4000000000009995',
    brand: 'visa',
    does: 'is declined: insufficient funds',
    onPay: declined('insufficient_funds', 'Your card has insufficient funds.'),
  },
  { number: '4000002500003155', brand: 'visa', does: 'requires 3-D Secure', onPay: 'authenticate' },
  {
    number: '4000000000000259',
    brand: 'visa',
    does: 'succeeds, and is disputed after a minute',
    onPay: 'pay',
    disputed: { after: A_MINUTE, reason: 'fraudulent', status: 'needs_response' },
  },
  {
    number: '4000000000002685',
    brand: 'visa',
    does: 'succeeds, and is disputed after a minute: not received',
    onPay: 'pay',
    disputed: { after: A_MINUTE, reason: 'product_not_received', status: 'needs_response' },
  },
  {
    number: '4000000000001976',
    brand: 'visa',
    does: 'succeeds, and the bank inquires after a minute',
    onPay: 'pay',
    disputed: { after: A_MINUTE, reason: 'fraudulent', status: 'warning_needs_response' },
  },
  {
    number: '4000000000007726',
    brand: 'visa',
    does: 'succeeds; refunds stay pending for a minute',
    onPay: 'pay',
    onRefund: { starts: 'pending', becomes: 'succeeds', after: A_MINUTE },
  },
  {
    number: '4000000000005126',
    brand: 'visa',
    does: 'succeeds; refunds fail after a minute',
    onPay: 'pay',
    onRefund: { starts: 'succeeded', becomes: 'fails', after: A_MINUTE },
  },
  { number: '4000000000000002', brand: 'visa', does: 'is declined', onPay: declined('generic_decline') },
  {
    number: '4000000000000069',
    brand: 'visa',
    does: 'is declined: expired card',
    onPay: { code: 'expired_card', declineCode: null, message: 'Your card has expired.' },
  },
  {
    number: '4000000000000127',
    brand: 'visa',
    does: 'is declined: incorrect CVC',
    onPay: { code: 'incorrect_cvc', declineCode: null, message: "Your card's security code is incorrect." },
  },
  { number: '5555555555554444', brand: 'mastercard', does: 'succeeds', onPay: 'pay' },
  { number: '378282246310005', brand: 'amex', does: 'succeeds', onPay: 'pay' },
];

export const GOOD_CARD = TEST_CARDS[0] as TestCard;

/** A refund of a bank debit takes a while. */
export const BANK_DEBIT_REFUND: RefundBehaviour = { starts: 'pending', becomes: 'succeeds', after: A_MINUTE };
/** Stripe has no way back to the buyer's account, and writes to them for their bank details. */
export const ASKS_FOR_BANK_DETAILS: RefundBehaviour = { starts: 'requires_action', becomes: null, after: 0 };
const AT_ONCE: RefundBehaviour = { starts: 'succeeded', becomes: null, after: 0 };

/** The test card with this number as typed; for any other number, a card that Stripe declines. */
export function cardOf(typed: string): TestCard {
  const number = typed.replaceAll(/[\s-]/g, '');
  const known = TEST_CARDS.find((card) => card.number === number);
  if (known !== undefined) return known;
  const onPay = isCardNumber(number)
    ? declined(
        'test_mode_live_card',
        'Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.',
      )
    : { code: 'incorrect_number', declineCode: null, message: 'Your card number is incorrect.' };
  return { number, brand: 'visa', does: 'is not a test card', onPay };
}

export const refundBehaviourOf = (number: string): RefundBehaviour => cardOf(number).onRefund ?? AT_ONCE;

/** Luhn's check. */
function isCardNumber(number: string): boolean {
  if (!/^\d{12,19}$/.test(number)) return false;
  const digits = [...number].reverse().map(Number);
  const sum = digits.reduce((total, digit, index) => {
    const weighed = index % 2 === 0 ? digit : digit * 2;
    return total + (weighed > 9 ? weighed - 9 : weighed);
  }, 0);
  return sum % 10 === 0;
}

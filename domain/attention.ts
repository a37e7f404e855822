/**
 * The steps at which an order can need attention, with their meaning for staff. The database accepts no other step (a
 * check on `orders.attention_step`), and the table in docs/staff-runbook.md explains each one. Tests compare all three.
 */
export const ATTENTION_STEPS = {
  open: 'The database could not write the order.',
  'take-up': 'Stripe could not be asked about a session that was made elsewhere.',
  confirm: 'Stripe could not be asked about the payment, or the payment differs from what was asked.',
  'expire-session': 'Stripe could not be asked to expire the unpaid session.',
  release: 'The database could not release the stock of an unpaid order.',
  commit: 'The database could not turn the held stock into a sale.',
  ship: 'The database could not record a shipment, or what is to be sent again.',
  read: 'The database could not read the order.',
  complete: 'The database could not complete the order.',
  refund: 'Stripe could not be asked for a refund, or refuses it while a dispute is open.',
  return: 'The database could not record goods that came back, or return those of a lost dispute to stock.',
  decide: 'The database could not record a decision by staff.',
  follow: 'A refund, a dispute, a review or a warning could not be read or recorded. The order itself goes on.',
  mail: 'The mail provider does not accept a mail. The order itself goes on.',
  contact: 'A mail to the customer was given up or came back, usually because the address is wrong.',
  'refund-failed': 'A refund did not go through: the shop has the money again.',
  'refund-refused':
    'Stripe refuses a refund for good, or one that waited cannot be made any more: the shop still has the money.',
  'refund-unknown': 'Stripe does not know a refund that is recorded here.',
  'dispute-lost': 'The bank decided a dispute for the buyer: the money is gone.',
  'dispute-won': 'A dispute that was lost is won after all: the money is back.',
  'dispute-unknown': 'Stripe does not know an open dispute that is recorded here.',
  'review-unknown': 'Stripe does not know an open review that is recorded here.',
  'review-closed': 'A Radar review ended without an approval.',
  'fraud-warning': 'The card’s issuer reports the payment as fraud. A dispute often follows.',
  'mail-lost': 'A mail could not be sent for a day, and was given up. Nothing is wrong with its address.',
} as const;
export type AttentionStep = keyof typeof ATTENTION_STEPS;

import type { ReactNode } from 'react';
import { pluralIn } from '../../../domain/plural';
import { en as shared } from '../../../domain/words/en';

const count = pluralIn('en');

/**
 * What the pages that the API renders say. The words of every other language have this type. Dates and links are
 * elements, so sentences around them are too.
 */
export const en = {
  ...shared,
  backToOrder: 'Back to your order',
  yourName: 'Your name',
  problems: {
    somethingWrong: {
      title: 'Something went wrong on our side',
      text: 'Your order is safe. Please try again in a moment.',
    },
    incomplete: {
      title: 'Something is missing',
      text: 'Please go back and fill in every field, each on a single line.',
    },
    tooMany: {
      title: 'Too many attempts',
      /** @param when `in 30 seconds`; null: not known */
      text: (when: string | null) =>
        `There were too many attempts in a short time. Please try again ${when ?? 'in a minute'}.`,
    },
    unavailable: {
      title: 'One moment, please',
      text: 'We cannot show this right now. If you have paid, your payment and your order are safe.',
    },
    download: {
      missing: {
        title: 'The file is not here at the moment',
        text: 'Please try again later, or ask the shop.',
      },
      expired: { title: 'This link has expired', text: 'Please ask the shop for a new one.' },
      revoked: {
        title: 'This link is no longer valid',
        text: 'The purchase was cancelled or refunded, or the payment was taken back.',
      },
      usedUp: {
        title: 'No downloads left',
        text: 'The file was downloaded as often as this link allows. Please ask the shop for a new one.',
      },
    },
    triesAgain: 'This page tries again by itself.',
  },
  page: {
    noNeedToWait: 'If this takes longer than a minute, there is no need to wait.',
    ifNotPaid: 'If you did not finish paying, nothing was charged.',
    howToPay: 'How to pay',
    payAtStore: (code: string, confirmation: string | null) =>
      `payment code ${code}${confirmation ? `, confirmation number ${confirmation}` : ''}`,
    downloads: 'Downloads',
    linkExpired: (date: ReactNode) => <>The link expired on {date}</>,
    noneLeft: 'No downloads left',
    left: (times: number, date: ReactNode) => (
      <>
        {count(times, { one: '1 download left', other: `${times} downloads left` })}, until {date}
      </>
    ),
    parcels: (number: number) => count(number, { one: 'Parcel', other: 'Parcels' }),
    delivered: (date: ReactNode) => <>Delivered on {date}</>,
    shipped: (date: ReactNode) => <>Shipped on {date}</>,
    whatYouOrdered: 'What you ordered',
    refunded: 'Refunded',
    asOf: (moment: ReactNode) => <>As of {moment}</>,
    complete: 'Complete your order',
    toShop: 'Back to the shop',
  },
  packing: {
    title: (number: string) => `Packing slip ${number}`,
    order: (number: string) => `Order ${number}`,
    orderedOn: (date: string) => `Ordered on ${date}`,
    shippedOn: (parcel: string, date: string) => `${parcel}, shipped on ${date}`,
    noAddress: 'The address is not known, or was erased.',
    nothingLeft: 'Nothing of this order is left to send.',
    quantity: 'Quantity',
    item: 'Item',
    sku: 'SKU',
  },
  selfService: {
    changedMind: 'Changed your mind?',
    cancel: 'Cancel this order',
    withdrawn: 'You have withdrawn from this contract',
    receivedOn: (moment: ReactNode) => <>We received your withdrawal on {moment}.</>,
    whatNow: 'See what happens now',
    seeWithdrawal: 'See your withdrawal',
    cancelling: {
      title: 'Your cancellation is recorded',
      text: 'We are cancelling this order. If you have paid, your money goes back the way it came.',
    },
    noReasonUntil: (date: ReactNode) => <>Without giving a reason, until {date}.</>,
    noReason: 'Without giving a reason, until 14 days after delivery.',
    /** @param link to the page for guests, around the words it is given */
    asGuest: (link: (words: string) => ReactNode) => (
      <>The link in our e-mails lets you cancel and withdraw. Without it: {link('withdraw from contract here')}.</>
    ),
  },
  giveBack: {
    ask: 'Ask to return something',
    title: 'What would you like to send back?',
    howMany: (name: string, most: number) => `${name}: how many of ${most}?`,
    reason: 'Why? You need not say.',
    onlyStaff: 'Only our staff read this.',
    whatFollows:
      'Our staff will write to you. Please keep the goods until then. Nothing is refunded before they have answered.',
    orWithdraw: 'You may also withdraw from the whole contract, without giving a reason:',
    send: 'Ask to return these',
    pick: 'Please say how many of what you would like to send back.',
    received: 'We have received your request',
    more: 'Anything else?',
    nothing: {
      title: 'There is nothing to return',
      text: 'Nothing of this order has been delivered that you have not sent back or asked to return already.',
    },
    changed: {
      title: 'This order has changed',
      text: 'Some of what you picked can no longer be returned. Please look at your order and try again.',
    },
    yours: 'What you asked to return',
    askedOn: (moment: ReactNode) => <>Asked on {moment}.</>,
    states: {
      open: 'Our staff will write to you.',
      returned: 'It is back with us. Thank you.',
      declined: 'We are not taking it back.',
    },
  },
  cancel: {
    title: 'Cancel your order?',
    text: 'All of it is cancelled. If you have paid, all of your money goes back the way it came.',
    keep: 'No, keep it',
    tooLate: 'It is too late to cancel',
    ended: { title: 'This order has ended', text: 'It was not paid. There is nothing to cancel.' },
    already: { title: 'This order is cancelled already', text: 'There is nothing left to cancel.' },
    disputed: {
      title: 'Your bank is looking into this payment',
      text: 'While it does, we can neither cancel nor refund. It decides about the money.',
    },
    repaid: {
      title: 'Your bank has given your money back',
      text: 'There is nothing left to cancel.',
    },
    downloadBegun: 'A download of this order has begun, or you have its licence keys.',
    shipped: 'Your order has been shipped already.',
    delivered: 'Your order has been delivered already.',
    mayWithdraw: 'You may still withdraw:',
  },
  withdrawal: {
    /** The words that the law wants on the function, and on its second step. */
    label: 'Withdraw from contract here',
    confirm: 'Confirm withdrawal',
    received: 'We have received your withdrawal',
    nothing: {
      title: 'There is nothing to withdraw from',
      text: 'This order is not paid, has been undone already, or its withdrawal period is over.',
    },
    receipt: (number: string, moment: ReactNode) => (
      <>
        Order {number}, on {moment}. The receipt is in your e-mail.
      </>
    ),
    undone: 'Nothing of it has been delivered, so what you have paid goes back the way it came.',
    sendBack:
      'Please send back what you have received, within 14 days. Refunds are due within 14 days, too; we may wait until the goods are back, or until you have shown us that you sent them.',
    staffRefund: 'Our staff are looking after your refund. It is due within 14 days.',
    iWithdraw: (number: string) => `“I withdraw from the contract for order ${number}.” You need not give a reason.`,
    receiptGoes: 'The receipt goes to the e-mail address of the order at once.',
    begun: (names: string) => `Exempt, if you agreed to that, because it has been delivered: ${names}.`,
    mayBeExempt: 'A download may be exempt once it has begun, if you agreed to that.',
  },
  unsubscribe: {
    ask: 'No more reminders?',
    noMore: 'We will no longer write to you about checkouts that you did not complete.',
    others: 'You still get every e-mail about the orders that you place.',
    button: 'Unsubscribe',
    done: 'You are unsubscribed',
    doneText: 'We will not remind you of unfinished checkouts again. E-mails about your orders go on.',
  },
  guest: {
    period: 'At any time until 14 days after delivery. You need not give a reason.',
    quicker:
      'It is quicker from the link in our e-mails. Downloads that have begun and licence keys may be exempt, if you agreed to that when you bought them.',
    orderNumber: 'Order number',
    email: 'E-mail address of the order',
    goOn: 'Continue',
    isThisRight: 'Is this right?',
    iWithdraw: (name: string, number: string) => `“I, ${name}, withdraw from the contract for order ${number}.”`,
    receiptGoes: (email: string) => `We send the receipt to ${email}, if that is the address of the order.`,
    change: 'No, change it',
    sent: 'Your statement has been sent',
    arrived: (moment: string) => `It arrived on ${moment}.`,
    recorded:
      'If the number and the address belong to an order, your withdrawal is recorded, and the receipt is on its way to that address.',
    ifNoMail:
      'If no e-mail comes within a few minutes, the number or the address may be wrong: please look at your order confirmation and try again, or write to us.',
  },
};

export type PageWords = typeof en;

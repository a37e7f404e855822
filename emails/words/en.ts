import { pluralIn } from '../../domain/plural';
import { en as shared } from '../../domain/words/en';

const count = pluralIn('en');

/** What mails to customers say, by template. The words of every other language have this type. */
export const en = {
  ...shared,
  /** The footer: why the reader gets the mail. */
  why: (shop: string) => `You are receiving this e-mail because this address was given for an order at ${shop}.`,
  about: (headline: string, number: string) => `${headline}: order ${number}`,
  viewOrder: 'View your order',
  /** A link back to the cart. */
  linkWorksUntil: (date: string) => `The link works until ${date}.`,
  mayHaveChanged: 'Prices and availability may have changed by the time you return.',
  facts: {
    order: 'Order',
    orderTotal: 'Order total',
    thisRefund: 'This refund',
    totalRefunded: 'Total refunded',
    refundedSoFar: 'Refunded so far',
  },
  confirmation: {
    subject: (number: string, shop: string) => `Your order ${number} at ${shop}`,
    title: 'Thank you for your order',
    paid: 'We have received your payment.',
    free: 'There is nothing to pay.',
    downloadsThenGoods: 'Your downloads are ready, and we will e-mail you when the rest is on its way.',
    downloads: 'Your downloads are ready.',
    keysThenGoods: 'Your licence keys are below, and we will e-mail you when the rest is on its way.',
    keys: 'Your licence keys are below.',
    goods: 'We are getting your order ready and will e-mail you when it is on its way.',
    complete: 'Your order is complete.',
    yourKeys: 'Your licence keys',
    yourDownloads: 'Your downloads',
    linkWorks: (times: number, date: string) =>
      `You can use this link ${count(times, { one: 'once', other: `${times} times` })}, until ${date}.`,
    shippingTo: 'Shipping to',
    changedMind:
      'Changed your mind? From that page you can cancel your order until it is shipped, and withdraw from the contract.',
  },
  shipped: {
    whole: 'Your order is on its way',
    part: 'Part of your order is on its way',
    preview: (number: string, carrier: string, trackingNumber: string) =>
      `Order ${number} was shipped with ${carrier}, tracking number ${trackingNumber}.`,
    handedOver: (number: string) => `We have handed your order ${number} to the carrier.`,
    partHandedOver: (number: string) =>
      `We have handed part of your order ${number} to the carrier. The rest will follow.`,
    carrier: 'Carrier',
    trackingNumber: 'Tracking number',
    track: 'Track your parcel',
    inThisParcel: 'In this parcel',
    stillToCome: 'Still to come',
    weWillMail: 'We will e-mail you when it is on its way.',
  },
  returned: {
    title: 'We have received your return',
    arrived: (number: string) => `What you sent back from your order ${number} has arrived.`,
    thanks: 'Thank you.',
    whatArrived: 'What we have received',
    refunding: (amount: string) =>
      `We are refunding you ${amount} for it, and will e-mail you about the refund separately.`,
  },
  refunded: {
    done: (amount: string) => `We have refunded ${amount}`,
    initiated: (amount: string) => `Your refund of ${amount} has been initiated`,
    onItsWay: (amount: string) => `${amount} is on its way back to the card or account you paid with.`,
    weInitiated: (amount: string) =>
      `We have initiated a refund of ${amount} to the card or account you paid with. You do not need to do anything.`,
    needsYou: (amount: string) =>
      `We have initiated a refund of ${amount}, and it needs your help: the money cannot go back the way you paid.`,
    stripeAsks: (shop: string) =>
      `Stripe, the payment provider of ${shop}, has sent you an e-mail that asks for your bank details. Please answer it. Without an answer the refund lapses after some weeks, and the money comes back to us.`,
    weNeverAsk:
      'Look in your spam folder too. We never ask for bank details ourselves, so please do not send them to us.',
    howLong: 'It usually takes 5 to 10 business days to appear on your statement.',
    howLongAfterDetails:
      'Once you have given your bank details, it usually takes 5 to 10 business days to appear on your statement.',
    /** By the reasons in domain/order; `other` also stands for those that are set only in Stripe’s Dashboard. */
    reasons: {
      requested_by_customer: 'As you asked, we are refunding your order.',
      duplicate: 'It looks as if you paid twice for the same order, so we are refunding one of the payments.',
      out_of_stock: 'We are sorry: there is not enough left of an item that you ordered.',
      damaged: 'We are sorry that your order was damaged.',
      other: 'We are giving you a refund for your order.',
    },
  },
  refundFailed: {
    title: (amount: string | null) => `Your refund${amount ? ` of ${amount}` : ''} did not go through`,
    safe: 'Your money is safe with us, and we will get it to you.',
    cameBack: (number: string) =>
      `We tried to refund you for order ${number}, but the money was returned to us. This can happen when a card or account has been closed or cannot accept refunds, or when Stripe has asked for bank details and got no answer.`,
    sorry:
      'We are sorry about this. Your money is safe with us, and we are looking into it. You do not need to do anything: we will try again, or contact you to find another way.',
    ifChanged: 'If your card or account has changed, reply to this e-mail. Please do not send us any card numbers.',
  },
  processing: {
    title: 'We are waiting for your payment',
    weWillMail: 'We will e-mail you as soon as your payment arrives.',
    thanks: 'Thank you for your order. Your payment method takes a while to complete, usually a few days.',
    thenPrepare: 'We will e-mail you as soon as your payment arrives and then get your order ready.',
    thenDeliver: 'We will e-mail you as soon as your payment arrives, with your order.',
    payWithThese: 'Please pay with these details. Until then your order is not paid.',
    payIfAsked:
      'If you were given a voucher or bank transfer details, please use them to pay. Otherwise, you do not need to do anything.',
    atStore: (name: string) => `At ${name}`,
    ifItFails: 'If the payment does not go through, you will not be charged, and we will let you know.',
  },
  paymentFailed: {
    title: 'Your payment did not go through',
    preview: (number: string, amount: string) => `Order ${number}, ${amount}: nothing was charged. You can try again.`,
    failed: (number: string) =>
      `The payment for order ${number} failed, and nothing was charged. The order is closed, and we are no longer holding these items for you.`,
    ifYouStillWant: 'If you would still like them, you can try again, with a different payment method if you prefer.',
    tryAgain: 'Try again',
    whatYouOrdered: 'What you ordered',
    whoKnowsWhy: 'Your bank or payment provider can tell you why the payment failed.',
  },
  expired: {
    subject: (shop: string) => `Your cart at ${shop} is saved`,
    title: 'Your cart is saved',
    expired: 'Your checkout has expired, and nothing was charged.',
    declined: 'Your card was declined, and your checkout has since expired. Nothing was charged.',
    pickUp: 'You can pick up where you left off.',
    notHeld: 'We are no longer holding these items for you, but your cart is just as you left it.',
    toCart: 'Return to your cart',
    ignore: 'If you have changed your mind, you can ignore this e-mail.',
    unsubscribe: 'Unsubscribe from reminders',
  },
  backInStock: {
    subject: (name: string) => `${name} is available again`,
    preview: 'You asked us to tell you.',
    why: (shop: string) =>
      `You are receiving this e-mail because someone asked ${shop} to tell this address about this product.`,
    available: (name: string) =>
      `You asked us to tell you when ${name} is available again. It is now, while stock lasts. We have not set one aside for you.`,
    toShop: 'Go to the shop',
    onlyOnce:
      'This is the only e-mail about it: we have taken your address off the list. If you did not ask for it, you can ignore it.',
  },
  withdrawal: {
    title: 'We have received your withdrawal',
    preview: (number: string, moment: string) => `Order ${number}, ${moment}. Please keep this e-mail.`,
    keep: 'Please keep this e-mail: it is your receipt.',
    statement: 'Your statement',
    iWithdraw: (number: string, shop: string) => `“I withdraw from the contract for order ${number} at ${shop}.”`,
    received: 'Received',
    name: 'Name',
    whatNow: 'What happens now',
    undone:
      'Nothing of your order has been delivered, so all of your money goes back the way you paid. We e-mail you when it is on its way.',
    late: 'Your statement came after the withdrawal period. We will look at it and write to you.',
    begun: (names: string) => `The right to withdraw may have ended for ${names}, because it has been delivered.`,
    sendBack:
      'Please send back what you have received, within 14 days from today. Refunds are due within 14 days, too; we may wait until the goods are back, or until you have shown us that you sent them.',
    staffKnow: 'Our staff have been told and are looking after your refund.',
    ifNotYou: 'If you did not send this statement, please reply to this e-mail at once.',
  },
  returnRequest: {
    title: 'We have received your request to return',
    received: (number: string) => `You have asked to send back goods from your order ${number}.`,
    whatYouAsk: 'What you would like to send back',
    whatNow: 'What happens now',
    staffAnswer:
      'Our staff have been told and will write to you. Please keep the goods until then. Nothing has been refunded yet.',
    ifNotYou: 'If you did not ask for this, please reply to this e-mail.',
    declinedTitle: 'About your request to return',
    declined: (number: string) => `We are not taking back the goods from your order ${number}.`,
    weWrite: 'What our staff write',
    questions: 'If you have questions, please reply to this e-mail.',
  },
};

export type MailWords = typeof en;

import type { ReactNode } from 'react';
import { moment } from '../domain/dates';
import type { Voucher } from '../domain/voucher';
import { isShipped, type MailFacts, money, type OrderFacts } from './facts';
import { becauseOrdered, Layout } from './layout';
import { Action, Code, Facts, H2, Items, P, Small } from './parts';
import type { MailTemplate } from './template';

/**
 * The order is placed, and its payment (a transfer, debit or voucher) takes days. Not sent once it arrived or failed.
 */
export const paymentProcessing: MailTemplate = {
  audience: 'customer',
  title: 'Pending payment notice',
  write: (facts) => {
    if (facts.order.paymentStatus !== 'PROCESSING') return null;
    return {
      subject: `We are waiting for your payment: order ${facts.order.number}`,
      body: <PaymentProcessing {...facts} />,
    };
  },
};

const PaymentProcessing = ({ order, shop, links }: MailFacts) => (
  <Layout
    shop={shop}
    title="We are waiting for your payment"
    preview={`Order ${order.number}, ${money(order, order.total)}. We will e-mail you as soon as your payment arrives.`}
    why={becauseOrdered(shop)}
  >
    <P>
      Thank you for your order. Your payment method takes a while to complete, usually a few days.{' '}
      {`We will e-mail you as soon as your payment arrives${whatThen(order)}.`}
    </P>
    {order.voucher ? (
      <HowToPay {...order.voucher} />
    ) : (
      <P>
        If you were given a voucher or bank transfer details, please use them to pay. Otherwise, you do not need to do
        anything.
      </P>
    )}
    <H2>{`Order ${order.number}`}</H2>
    <Items order={order} />
    <Action href={links.order}>View your order</Action>
    <Small>If the payment does not go through, you will not be charged, and we will let you know.</Small>
  </Layout>
);

const HowToPay = ({ url, reference, stores, expiresAt }: Voucher) => (
  <>
    <P>Please pay with these details. Until then your order is not paid.</P>
    <Facts
      rows={[
        ...(reference ? ([['Reference', <Code key="reference">{reference}</Code>]] as [string, ReactNode][]) : []),
        ...stores.map(({ name, paymentCode, confirmationNumber }): [string, ReactNode] => [
          `At ${name}`,
          <>
            Payment code <Code>{paymentCode}</Code>
            {confirmationNumber && (
              <>
                , confirmation number <Code>{confirmationNumber}</Code>
              </>
            )}
          </>,
        ]),
        ...(expiresAt ? ([['Pay before', moment(new Date(expiresAt))]] as [string, ReactNode][]) : []),
      ]}
    />
    {url && <Action href={url}>Open your voucher</Action>}
  </>
);

const whatThen = (order: OrderFacts): string =>
  isShipped(order) ? ' and then get your order ready' : ', with your order';

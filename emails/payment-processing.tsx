import type { ReactNode } from 'react';
import { momentIn } from '../domain/dates';
import type { Voucher } from '../domain/voucher';
import { isShipped, money } from './facts';
import { CustomerLayout } from './layout';
import { Action, Code, Facts, H2, Items, P, Small } from './parts';
import type { InWords, MailTemplate } from './template';

/**
 * The order is placed, and its payment (a transfer, debit or voucher) takes days. Not sent once it arrived or failed.
 */
export const paymentProcessing: MailTemplate = {
  audience: 'customer',
  title: 'Pending payment notice',
  write: (facts, words) => {
    if (facts.order.paymentStatus !== 'PROCESSING') return null;
    return {
      subject: words.about(words.processing.title, facts.order.number),
      body: <PaymentProcessing {...facts} words={words} />,
    };
  },
};

const PaymentProcessing = ({ order, shop, links, words }: InWords) => {
  const { title, weWillMail, thanks, thenPrepare, thenDeliver, payIfAsked, ifItFails } = words.processing;
  return (
    <CustomerLayout
      shop={shop}
      title={title}
      preview={`${words.order(order.number)}, ${money(order, order.total)}. ${weWillMail}`}
      words={words}
    >
      <P>{`${thanks} ${isShipped(order) ? thenPrepare : thenDeliver}`}</P>
      {order.voucher ? <HowToPay voucher={order.voucher} locale={order.locale} words={words} /> : <P>{payIfAsked}</P>}
      <H2>{words.order(order.number)}</H2>
      <Items order={order} sums={words.sums} />
      <Action href={links.order}>{words.viewOrder}</Action>
      <Small>{ifItFails}</Small>
    </CustomerLayout>
  );
};

type HowToPayProps = Pick<InWords, 'words'> & { voucher: Voucher; locale: string };

const HowToPay = ({ voucher: { url, reference, stores, expiresAt }, locale, words }: HowToPayProps) => {
  const { paymentCode: code, confirmationNumber: confirmation, payBefore } = words.voucher;
  return (
    <>
      <P>{words.processing.payWithThese}</P>
      <Facts
        rows={[
          ...(reference
            ? ([[words.voucher.reference, <Code key="reference">{reference}</Code>]] as [string, ReactNode][])
            : []),
          ...stores.map(({ name, paymentCode, confirmationNumber }): [string, ReactNode] => [
            words.processing.atStore(name),
            <>
              {code} <Code>{paymentCode}</Code>
              {confirmationNumber && (
                <>
                  , {confirmation} <Code>{confirmationNumber}</Code>
                </>
              )}
            </>,
          ]),
          ...(expiresAt ? ([[payBefore, momentIn(locale, new Date(expiresAt))]] as [string, ReactNode][]) : []),
        ]}
      />
      {url && <Action href={url}>{words.voucher.open}</Action>}
    </>
  );
};

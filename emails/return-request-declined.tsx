import { type ReturnRequestFacts, returnRequestOf } from './facts';
import { CustomerLayout } from './layout';
import { Action, H2, P, Quantities } from './parts';
import type { InWords, MailTemplate } from './template';

/** Staff do not take back what the customer asked to return, and say why. */
export const returnRequestDeclined: MailTemplate = {
  audience: 'customer',
  title: 'Answer to a request to return',
  write: (facts, words) => {
    const request = returnRequestOf(facts);
    if (!request?.declined || request.note === null) return null;
    return {
      subject: words.about(words.returnRequest.declinedTitle, facts.order.number),
      body: <ReturnRequestDeclined {...facts} words={words} request={request} note={request.note} />,
    };
  },
};

type Declined = InWords & { request: ReturnRequestFacts; note: string };

const ReturnRequestDeclined = ({ order, shop, links, words, request, note }: Declined) => {
  const { declinedTitle, declined, whatYouAsk, weWrite, questions } = words.returnRequest;
  return (
    <CustomerLayout shop={shop} title={declinedTitle} preview={declined(order.number)} words={words}>
      <P>{declined(order.number)}</P>
      <H2>{weWrite}</H2>
      {note
        .split(/\n+/)
        .filter((line) => line.trim() !== '')
        .map((line) => (
          <P key={line}>{line}</P>
        ))}
      <H2>{whatYouAsk}</H2>
      <Quantities of={request.items} />
      <P>{questions}</P>
      <Action href={links.order}>{words.viewOrder}</Action>
    </CustomerLayout>
  );
};

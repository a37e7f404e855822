import { type ReturnRequestFacts, returnRequestOf } from './facts';
import { CustomerLayout } from './layout';
import { Action, H2, P, Quantities, Small } from './parts';
import type { InWords, MailTemplate } from './template';

/** What the customer asked to return, and that nothing follows before staff have answered. */
export const returnRequestReceived: MailTemplate = {
  audience: 'customer',
  title: 'Receipt of a request to return',
  write: (facts, words) => {
    const request = returnRequestOf(facts);
    if (!request) return null;
    return {
      subject: words.about(words.returnRequest.title, facts.order.number),
      body: <ReturnRequestReceived {...facts} words={words} request={request} />,
    };
  },
};

const ReturnRequestReceived = ({ order, shop, links, words, request }: InWords & { request: ReturnRequestFacts }) => {
  const { title, received, whatYouAsk, whatNow, staffAnswer, ifNotYou } = words.returnRequest;
  return (
    <CustomerLayout shop={shop} title={title} preview={received(order.number)} words={words}>
      <P>{received(order.number)}</P>
      <H2>{whatYouAsk}</H2>
      <Quantities of={request.items} />
      <H2>{whatNow}</H2>
      <P>{staffAnswer}</P>
      <Action href={links.order}>{words.viewOrder}</Action>
      <Small>{ifNotYou}</Small>
    </CustomerLayout>
  );
};

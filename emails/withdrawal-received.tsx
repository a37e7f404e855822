import { momentIn } from '../domain/dates';
import type { WithdrawalFacts } from './facts';
import { CustomerLayout } from './layout';
import { Action, Facts, H2, P, Quantities, Small } from './parts';
import type { InWords, MailTemplate } from './template';
import type { MailWords } from './words/en';

/**
 * The receipt of a withdrawal, which the customer may keep: when it came, what it says, and what happens now (Directive
 * 2011/83/EU, article 11a (4)).
 */
export const withdrawalReceived: MailTemplate = {
  audience: 'customer',
  title: 'Receipt of a withdrawal',
  write: (facts, words) => {
    const { withdrawal } = facts.order;
    if (!withdrawal) return null;
    return {
      subject: words.about(words.withdrawal.title, facts.order.number),
      body: <WithdrawalReceived {...facts} words={words} withdrawal={withdrawal} />,
    };
  },
};

const WithdrawalReceived = ({ order, shop, links, words, withdrawal }: InWords & { withdrawal: WithdrawalFacts }) => {
  const { title, preview, keep, statement, iWithdraw, received, name, whatNow, ifNotYou } = words.withdrawal;
  const at = momentIn(order.locale, withdrawal.at);
  return (
    <CustomerLayout shop={shop} title={title} preview={preview(order.number, at)} words={words}>
      <P>{keep}</P>
      <H2>{statement}</H2>
      <P>{iWithdraw(order.number, shop)}</P>
      <Facts
        rows={[
          [received, at],
          ...(withdrawal.name ? [[name, withdrawal.name] as [string, string]] : []),
          [words.facts.order, order.number],
        ]}
      />
      <Quantities of={order.bought} />
      <H2>{whatNow}</H2>
      {whatNext(withdrawal, words.withdrawal).map((text) => (
        <P key={text}>{text}</P>
      ))}
      <Action href={links.order}>{words.viewOrder}</Action>
      <Small>{ifNotYou}</Small>
    </CustomerLayout>
  );
};

function whatNext({ undone, late, begun, shipped }: WithdrawalFacts, words: MailWords['withdrawal']): string[] {
  if (undone) return [words.undone];
  return [
    ...(late ? [words.late] : []),
    ...(begun.length > 0 ? [words.begun(begun.join(', '))] : []),
    ...(shipped && !late ? [words.sendBack] : []),
    ...(late ? [] : [words.staffKnow]),
  ];
}

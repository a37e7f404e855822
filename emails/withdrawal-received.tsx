import { moment } from '../domain/dates';
import type { MailFacts, WithdrawalFacts } from './facts';
import { becauseOrdered, Layout } from './layout';
import { Action, Facts, H2, P, Quantities, Small } from './parts';
import type { MailTemplate } from './template';

/**
 * The receipt of a withdrawal, which the customer may keep: when it came, what it says, and what happens now (Directive
 * 2011/83/EU, article 11a (4)).
 */
export const withdrawalReceived: MailTemplate = {
  audience: 'customer',
  title: 'Receipt of a withdrawal',
  write: (facts) => {
    const { withdrawal } = facts.order;
    if (!withdrawal) return null;
    return {
      subject: `We have received your withdrawal: order ${facts.order.number}`,
      body: <WithdrawalReceived {...facts} withdrawal={withdrawal} />,
    };
  },
};

const WithdrawalReceived = ({ order, shop, links, withdrawal }: MailFacts & { withdrawal: WithdrawalFacts }) => (
  <Layout
    shop={shop}
    title="We have received your withdrawal"
    preview={`Order ${order.number}, ${moment(withdrawal.at)}. Please keep this e-mail.`}
    why={becauseOrdered(shop)}
  >
    <P>Please keep this e-mail: it is your receipt.</P>
    <H2>Your statement</H2>
    <P>{`“I withdraw from the contract for order ${order.number} at ${shop}.”`}</P>
    <Facts
      rows={[
        ['Received', moment(withdrawal.at)],
        ...(withdrawal.name ? [['Name', withdrawal.name] as [string, string]] : []),
        ['Order', order.number],
      ]}
    />
    <Quantities of={order.items} />
    <H2>What happens now</H2>
    {whatNext(withdrawal).map((text) => (
      <P key={text}>{text}</P>
    ))}
    <Action href={links.order}>View your order</Action>
    <Small>If you did not send this statement, please reply to this e-mail at once.</Small>
  </Layout>
);

function whatNext({ undone, late, begun, shipped }: WithdrawalFacts): string[] {
  if (undone)
    return [
      'Nothing of your order has been delivered, so all of your money goes back the way you paid. We e-mail you when it is on its way.',
    ];
  return [
    ...(late ? ['Your statement came after the withdrawal period. We look at it, and write to you.'] : []),
    ...(begun.length > 0
      ? [`The right to withdraw may have ended for ${begun.join(', ')}, because the download has begun.`]
      : []),
    ...(shipped && !late
      ? [
          'Please send back what you have received, within 14 days from today. Refunds are due within 14 days, too; we may wait until the goods are back, or until you have shown us that you sent them.',
        ]
      : []),
    'Our staff have been told, and look after your refund.',
  ];
}

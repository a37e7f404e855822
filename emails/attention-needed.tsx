import { type MailFacts, moment, type OrderFacts } from './facts';
import { becauseStaff, Layout } from './layout';
import { Code, Facts, H2, P, Small, StaffPointers } from './parts';
import type { MailTemplate } from './template';

type Attention = NonNullable<OrderFacts['attention']>;

/** To staff: a step of an order cannot go on by itself. */
export const attentionNeeded: MailTemplate = {
  audience: 'staff',
  title: 'Call for attention',
  write: (facts) => {
    const { number, attention } = facts.order;
    if (!attention) return null;
    return {
      subject: `Order ${number} needs you: ${attention.step}`,
      body: <AttentionNeeded {...facts} attention={attention} />,
    };
  },
};

const AttentionNeeded = ({ attention, ...facts }: MailFacts & { attention: Attention }) => (
  <Layout
    shop={facts.shop}
    title={`Order ${facts.order.number} needs you`}
    preview={`It cannot go on at “${attention.step}”: ${attention.reason}`}
    why={becauseStaff(facts.shop)}
  >
    <P>It is stuck at a step. Nothing is lost: it waits there until the reason is gone, or you decide.</P>
    <Facts
      rows={[
        ['Step', attention.step],
        ['Reason', attention.reason],
        ['Since', moment(attention.since)],
        ['Order', `${facts.order.number}, ${facts.order.status}`],
      ]}
    />
    <H2>What you can do</H2>
    <P>Put right what the reason names, then let the step run again:</P>
    <P>
      <Code>{`POST ${facts.links.admin}/retry`}</Code>
    </P>
    <P>Or call the order off: its stock goes back, and what was paid is given back.</P>
    <P>
      <Code>{`POST ${facts.links.admin}/cancel`}</Code>
    </P>
    <Small>In the Temporal UI they are the updates “retry” and “cancel”.</Small>
    <StaffPointers {...facts} />
  </Layout>
);

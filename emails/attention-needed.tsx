import { Fragment } from 'react';
import type { Resolution } from '../domain/action-facts';
import { isAboutRefund, RULES } from '../domain/action-rules';
import { ATTENTION_STEPS, type AttentionStep } from '../domain/attention';
import { moment } from '../domain/dates';
import { CAPTURE } from '../domain/mail';
import { type Decision, isDecision } from '../domain/order';
import { captureNeeded } from './capture-needed';
import type { MailFacts, OrderFacts } from './facts';
import { becauseStaff, Layout } from './layout';
import { Code, Facts, H2, P, Small, StaffPointers } from './parts';
import type { MailTemplate } from './template';

type Attention = NonNullable<OrderFacts['attention']>;

/** To staff: an order is stuck at a step and needs a person. */
export const attentionNeeded: MailTemplate = {
  audience: 'staff',
  title: 'Attention notice',
  write: (facts) => {
    const { number, attention } = facts.order;
    if (facts.step === CAPTURE) return captureNeeded(facts);
    if (!attention) return null;
    return {
      subject: `Order ${number} needs attention: ${attention.step}`,
      body: <AttentionNeeded {...facts} attention={attention} />,
    };
  },
};

const AttentionNeeded = ({ attention, ...facts }: MailFacts & { attention: Attention }) => (
  <Layout
    shop={facts.shop}
    title={`Order ${facts.order.number} needs attention`}
    preview={`At step “${attention.step}”: ${attention.reason}`}
    why={becauseStaff(facts.shop)}
  >
    <P>
      This order is waiting for you. Nothing is lost: it continues once the cause is fixed or you decide what to do.
    </P>
    <Facts
      rows={[
        ['Step', attention.step],
        ...meaningOf(attention.step),
        ['Reason', attention.reason],
        ['Since', moment(attention.since)],
        ['Order', `${facts.order.number}, ${facts.order.status}`],
      ]}
    />
    <H2>What you can do</H2>
    {movesAbout(attention).map(({ does, move, body }) => (
      <Fragment key={does}>
        <P>{does}:</P>
        <P>
          <Code>{`POST ${facts.links.admin}/${move}${body ? ` ${JSON.stringify(body)}` : ''}`}</Code>
        </P>
      </Fragment>
    ))}
    {canBeCancelled(facts.order) && (
      <>
        <P>
          Or cancel the order, if nothing has shipped yet. What it still holds of the stock is released, and any payment
          we still have is refunded:
        </P>
        <P>
          <Code>{`POST ${facts.links.admin}/cancel {"reason":"other"}`}</Code>
        </P>
        <Small>
          In the Temporal UI, the details of the order’s workflow offer whatever it takes now, each with data to paste.
        </Small>
      </>
    )}
    <StaffPointers {...facts} />
  </Layout>
);

interface Move {
  does: string;
  move: 'retry' | 'resolve';
  body?: { how: Resolution };
}

/** What staff can do about it. `retry` answers only what the order shows first. */
function movesAbout({ step, behind }: Attention): Move[] {
  if (!isDecision(step)) return [{ does: 'Fix the cause, then run the step again', move: 'retry' }];
  if (isAboutRefund(step))
    return [
      { does: `You decide. This ${whatRetryDoes(step)}`, move: 'retry' },
      {
        does: 'Or take the refund back: nothing was refunded, and the order stays as it is',
        move: 'resolve',
        body: { how: 'withdraw' },
      },
      {
        does: 'Or say that the customer got the money another way',
        move: 'resolve',
        body: { how: 'settled_elsewhere' },
      },
    ];
  if (behind === null) return [{ does: `You decide. This ${whatRetryDoes(step)}`, move: 'retry' }];
  return [
    {
      does: `You decide. The order also needs you at “${behind}”, which “retry” is about. This takes note of “${step}”`,
      move: 'resolve',
      body: { how: 'accept' },
    },
  ];
}

const whatRetryDoes = (step: Decision): string | undefined =>
  RULES.retry.doesNow?.({ status: 'PENDING', pendingDecision: step });

/** An order that is shipped or has ended cannot be cancelled, and has no workflow any more once it has ended. */
const canBeCancelled = ({ status }: OrderFacts): boolean => RULES.cancel.in.some((one) => one === status);

/** The row that explains a step; none if the step is not in the table. */
const meaningOf = (step: string): [string, string][] =>
  Object.hasOwn(ATTENTION_STEPS, step) ? [['Meaning', ATTENTION_STEPS[step as AttentionStep]]] : [];

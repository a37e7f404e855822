import { moment } from '../domain/dates';
import { type MailFacts, money } from './facts';
import { becauseStaff, Layout } from './layout';
import { Facts, H2, P, StaffPointers } from './parts';
import type { Written } from './template';

/** To staff: a payment is authorised, and they must capture it in time. Null once it is captured or cancelled. */
export function captureNeeded(facts: MailFacts): Written | null {
  const { number, captureBefore } = facts.order;
  if (captureBefore === null) return null;
  return {
    subject: `Order ${number}: capture its payment before ${moment(captureBefore)}`,
    body: <CaptureNeeded {...facts} before={captureBefore} />,
  };
}

const CaptureNeeded = ({ before, ...facts }: MailFacts & { before: Date }) => (
  <Layout
    shop={facts.shop}
    title={`Order ${facts.order.number} waits for you to capture its payment`}
    preview={`${money(facts.order, facts.order.total)} can be captured before ${moment(before)}.`}
    why={becauseStaff(facts.shop)}
  >
    <P>
      The customer has authorised the payment, and nothing is charged yet. The order goes on by itself once the payment
      is captured.
    </P>
    <Facts
      rows={[
        ['Order', `${facts.order.number}, ${facts.order.status}`],
        ['Amount', money(facts.order, facts.order.total)],
        ['Capture before', moment(before)],
      ]}
    />
    <H2>What you can do</H2>
    <P>
      Capture the payment in the Stripe Dashboard, or cancel it there. If you do neither, Stripe cancels it at that
      time, the order ends unpaid, and its stock is released.
    </P>
    <StaffPointers {...facts} />
  </Layout>
);

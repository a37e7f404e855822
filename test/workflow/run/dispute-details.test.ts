import type { DisputeFacts } from '../../../activities/dispute/recorded';
import { describeDispute } from '../../../workflows/dispute-details';

jest.mock('@temporalio/workflow', () => require('./temporal').fakeTemporal);

const facts = (change: Partial<DisputeFacts> = {}, hasDownloads = false): DisputeFacts => ({
  ...{ sessionId: 'cs_test_1' as never, status: 'needs_response', reason: 'product_not_received', amount: 1800 },
  ...{ currency: 'eur', standing: 'open', understood: true, openings: 1, dueBy: null, answerable: true },
  ...{ needsAnswer: true, submitted: false, reversed: false },
  order: {
    ...{ number: '1001', status: 'PREPARING', currency: 'eur', total: 1800, refunded: 0, lostAmount: 0 },
    ...{ cancellable: true, anythingShipped: false, hasDownloads },
  },
  ...change,
});
const lost: Partial<DisputeFacts> = { standing: 'lost', status: 'lost', needsAnswer: false };

test('the details of a dispute give the bank’s reason in words', () => {
  expect(describeDispute(facts(), false)).toContain('€18.00; the bank’s reason: product not received. It waits');
});

test('the details of a dispute link the run of its order where the Temporal UI is', () => {
  const run = '/namespaces/shop/workflows/cs_test_1)';
  expect(describeDispute(facts(), false)).toContain(`[The workflow of order 1001](${run}`);
  const temporalUi = 'https://ops.example.com/temporal';
  expect(describeDispute(facts({ temporalUi }), false)).toContain(`[The workflow of order 1001](${temporalUi}${run}`);
});

test('a lost dispute speaks of downloads only where the order has some, and offers nothing: its run has ended', () => {
  expect(describeDispute(facts(lost), false)).not.toMatch(/[Dd]ownloads|You can/);
  expect(describeDispute(facts(lost, true), false)).toContain('Downloads are revoked.');
  expect(describeDispute(facts(), false)).toContain('**You can**');
});

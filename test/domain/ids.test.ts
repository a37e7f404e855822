import { isDisputeId, isNoticeId, isRefundId, isSessionId } from '../../domain/ids';

test.each([
  [isSessionId, ['cs_test_a1', 'cs_live_b', 'cs_1'], ['cs_', 'cs_test-1', 're_1', `cs_test_${'x'.repeat(300)}`]],
  [isRefundId, ['re_1', 'pyr_1A'], ['re_', 'cs_1', 're_a b']],
  [isDisputeId, ['du_1', 'dp_1A'], ['du_', 're_1']],
  [isNoticeId, ['prv_1', 'issfr_1', 'pi_1', 'po_7'], ['pi_', 'ch_1']],
])('%p accepts an id of any length that Stripe may use, and nothing else', (is, ids, others) => {
  expect(ids.filter(is)).toEqual(ids);
  expect(others.filter(is)).toEqual([]);
});

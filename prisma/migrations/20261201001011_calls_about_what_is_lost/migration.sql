-- More that staff are called for: an open dispute or review that Stripe does not know, and a mail that was lost.
ALTER TABLE orders
  -- The same list as ATTENTION_STEPS in domain/attention.ts. A test compares the two.
  DROP CONSTRAINT orders_attention_step_known,
  ADD CONSTRAINT orders_attention_step_known CHECK (attention_step IN
    ('open', 'take-up', 'confirm', 'expire-session', 'release', 'commit', 'ship', 'read', 'complete', 'refund', 'return', 'decide', 'follow', 'mail',
     'contact', 'refund-failed', 'refund-refused', 'refund-unknown', 'dispute-lost', 'dispute-won', 'dispute-unknown', 'review-unknown',
     'review-closed', 'fraud-warning', 'mail-lost')) NOT VALID;

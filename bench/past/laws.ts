import type { Run } from './bulk';

/** Asks of every row what the database's triggers keep, and what the product's statements leave. Throws if not. */
export const requireLaws = (run: Run): Promise<void> =>
  run(
    Object.entries(LAWS).map(
      ([law, broken]) => `
      DO $law$ BEGIN
        IF (SELECT count(*) FROM (${broken}) broken) > 0 THEN RAISE EXCEPTION 'the history is not lawful: ${law}'; END IF;
      END $law$`,
    ),
  );

/** Each as a query for the rows that break it. */
const LAWS: Record<string, string> = {
  'stock is the sum of its movements': `
    SELECT 1 FROM stock_levels s LEFT JOIN (SELECT sku, sum(on_hand_delta) AS on_hand, sum(held_delta) AS held FROM stock_movements GROUP BY sku) m
      USING (sku) WHERE (s.on_hand, s.held) IS DISTINCT FROM (m.on_hand, m.held)`,
  'at each moment no more was held than was there': `
    SELECT 1 FROM (SELECT sum(on_hand_delta) OVER w AS on_hand, sum(held_delta) OVER w AS held FROM stock_movements
      WINDOW w AS (PARTITION BY sku ORDER BY id)) m WHERE held < 0 OR held > on_hand`,
  'what is held is the sum of the active holds': `
    SELECT 1 FROM stock_levels s LEFT JOIN (SELECT sku, sum(quantity) AS held FROM holds WHERE state = 'ACTIVE' GROUP BY sku) h USING (sku)
      WHERE s.held <> coalesce(h.held, 0)`,
  'an order costs what its items cost': `
    SELECT 1 FROM orders o JOIN (SELECT session_id, sum(total) AS total FROM order_items GROUP BY session_id) i USING (session_id)
      WHERE o.subtotal <> i.total`,
  'an order has refunded what its refunds add up to': `
    SELECT 1 FROM orders o LEFT JOIN (SELECT session_id, sum(amount) AS amount FROM refunds WHERE status IN ('pending', 'succeeded')
      GROUP BY session_id) r USING (session_id) WHERE o.refunded <> coalesce(r.amount, 0)`,
  'an order is disputed while one of its disputes is open': `
    SELECT 1 FROM orders o LEFT JOIN (SELECT DISTINCT session_id FROM disputes WHERE open) d USING (session_id)
      WHERE o.disputed <> (d.session_id IS NOT NULL)`,
  'an order is under review while one of its reviews is open': `
    SELECT 1 FROM orders o LEFT JOIN (SELECT DISTINCT session_id FROM notices WHERE kind = 'review' AND open) n USING (session_id)
      WHERE o.review_open <> (n.session_id IS NOT NULL)`,
  'an order has lost what its disputes have': `
    SELECT 1 FROM orders o LEFT JOIN (SELECT session_id, sum(lost_amount) AS lost FROM disputes GROUP BY session_id) d USING (session_id)
      WHERE o.lost_amount <> coalesce(d.lost, 0)`,
};

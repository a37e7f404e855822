/** The `type` of the failure that refuses an update. Its message says why. The API answers `409` with the same code. */
export const INVALID_TRANSITION = 'invalid_transition';
export const OUT_OF_STOCK = 'out_of_stock';
export const REFUND_EXCEEDS_REMAINING = 'refund_exceeds_remaining';
/** The `type` of the failure that refuses an update with malformed data. */
export const INVALID_REQUEST = 'invalid_request';

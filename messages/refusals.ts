/** The `type` of the failure that refuses an update. Its message says why. The API answers `409` with the same code. */
export const INVALID_TRANSITION = 'invalid_transition';
export const OUT_OF_STOCK = 'out_of_stock';
export const REFUND_EXCEEDS_REMAINING = 'refund_exceeds_remaining';
/** The detail of a refusal that nothing needs attention, so far as the run knows: it may not have heard yet. */
export const NEEDLESS = 'needless';
/** The request is not recorded, because the database does not answer. It is not carried out later. */
export const NOT_RECORDED = 'not_recorded';
/** The `type` of the failure that refuses an update with malformed data. */
export const INVALID_REQUEST = 'invalid_request';

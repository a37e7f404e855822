/** The `type` of the failure with which an update refuses; its message says what the order is. The API answers 409 with the same code. */
export const INVALID_TRANSITION = 'invalid_transition';
export const OUT_OF_STOCK = 'out_of_stock';
export const REFUND_EXCEEDS_REMAINING = 'refund_exceeds_remaining';
/** The `type` of the failure with which an update refuses what is not of its form. */
export const INVALID_REQUEST = 'invalid_request';

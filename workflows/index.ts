// The entry file of the worker's bundle: each workflow under its name.
export { bulk } from './bulk';
export { dispute } from './dispute';
export { notice } from './notice';
export { order } from './order';
export { reconcile } from './reconcile';
export { refund } from './refund';
export { refundRequest } from './refund-request';
export { resend } from './resend';

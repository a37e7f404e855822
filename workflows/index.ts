// What the worker bundles: each workflow under its name.
export { order } from './order';
export { refund } from './refund';

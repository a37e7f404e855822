/** The parameters of a Checkout Session: every one Stripe knows, and which of them this sandbox honours. */
import { invalid } from '../http/errors';
import { metadata } from '../http/metadata';
import {
  currency,
  email,
  flag,
  group,
  integer,
  known,
  list,
  oneOf,
  type Param,
  required,
  text,
  unsupported,
  url,
} from '../http/params';
import { lineItemsParam } from './line-items';
import { rateShape } from './shipping-rates';

/** Where Stripe takes no address (https://docs.stripe.com/api/checkout/sessions/create, allowed_countries). */
const NO_ADDRESSES = new Set('AS CX CC CU HM IR KP MH FM NF MP PW SY UM VI'.split(' '));
const shippingCountry: Param<string> = {
  read(value, name) {
    const code = text({ max: 2 }).read(value, name);
    if (!/^[A-Z]{2}$/.test(code) || NO_ADDRESSES.has(code))
      throw invalid(`Invalid ${name}: ${code} is not a country that Checkout takes shipping addresses in.`, {
        param: name,
      });
    return code;
  },
};

export const sessionShape = {
  adaptive_pricing: group({ enabled: flag }),
  after_expiration: group({ recovery: group({ enabled: required(flag), allow_promotion_codes: flag }) }),
  allow_promotion_codes: flag,
  allowed_payment_method_types: list(text()),
  automatic_tax: group({ enabled: required(flag), liability: known }),
  billing_address_collection: oneOf('auto', 'required'),
  branding_settings: known,
  cancel_url: url,
  client_reference_id: text({ max: 200 }),
  consent_collection: group({
    payment_method_reuse_agreement: unsupported,
    promotions: unsupported,
    terms_of_service: oneOf('none', 'required'),
  }),
  currency,
  custom_fields: unsupported,
  custom_text: group({
    after_submit: unsupported,
    shipping_address: unsupported,
    submit: unsupported,
    terms_of_service_acceptance: group({ message: required(text({ max: 1200 })) }),
  }),
  customer: text(),
  customer_account: unsupported,
  customer_creation: oneOf('always', 'if_required'),
  customer_email: email,
  customer_update: known,
  discounts: list(group({ coupon: text(), promotion_code: text() }), { max: 1 }),
  excluded_payment_method_types: list(text()),
  expires_at: integer(),
  integration_identifier: text(),
  invoice_creation: group({ enabled: required(flag), invoice_data: unsupported }),
  line_items: lineItemsParam,
  locale: text({ max: 6 }),
  managed_payments: unsupported,
  metadata,
  mode: required(oneOf('payment', 'setup', 'subscription')),
  name_collection: unsupported,
  optional_items: unsupported,
  origin_context: oneOf('mobile_app', 'web'),
  payment_intent_data: group({
    application_fee_amount: unsupported,
    capture_method: oneOf('automatic', 'automatic_async', 'manual'),
    description: text({ max: 1000 }),
    metadata,
    on_behalf_of: unsupported,
    receipt_email: email,
    setup_future_usage: oneOf('off_session', 'on_session'),
    shipping: unsupported,
    statement_descriptor: text({ max: 22 }),
    statement_descriptor_suffix: text({ max: 22 }),
    transfer_data: unsupported,
    transfer_group: unsupported,
  }),
  payment_method_collection: oneOf('always', 'if_required'),
  payment_method_configuration: known,
  payment_method_data: known,
  payment_method_options: known,
  permissions: unsupported,
  phone_number_collection: group({ enabled: required(flag) }),
  redirect_on_completion: unsupported,
  return_url: unsupported,
  saved_payment_method_options: known,
  setup_intent_data: unsupported,
  shipping_address_collection: group({ allowed_countries: required(list(shippingCountry)) }),
  shipping_options: list(
    group({
      shipping_rate: text(),
      shipping_rate_data: group(rateShape),
    }),
    { max: 5 },
  ),
  submit_type: oneOf('auto', 'book', 'donate', 'pay', 'subscribe'),
  subscription_data: unsupported,
  success_url: url,
  tax_id_collection: group({ enabled: required(flag), required: oneOf('if_supported', 'never') }),
  ui_mode: oneOf('elements', 'embedded_page', 'form', 'hosted_page'),
  wallet_options: known,
};

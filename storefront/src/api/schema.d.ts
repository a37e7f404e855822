/** The part of the API's OpenAPI document that the storefront calls, in the form openapi-typescript gives it. */
export interface paths {
  '/products': { get: operations['listProducts'] };
  '/checkout': { post: operations['createCheckout'] };
  '/orders/{sessionId}': { get: operations['getOrder'] };
  '/orders/{sessionId}/abandon': { post: operations['abandonOrder'] };
  '/recover/{token}': { post: operations['recoverCheckout'] };
}

export interface components {
  schemas: {
    /** An integer in the currency's smallest unit, with the lower-case ISO 4217 code. */
    Money: { amount: number; currency: string };
    Product: {
      sku: string;
      name: string;
      description: string;
      kind: 'PHYSICAL' | 'DIGITAL';
      imageUrl: string | null;
      prices: components['schemas']['Money'][];
      payWhatYouWant: { minimum: components['schemas']['Money']; suggested: components['schemas']['Money'] } | null;
      /** What can be bought now; null means unlimited. */
      available: number | null;
    };
    CheckoutRequest: {
      items: { sku: string; quantity: number }[];
      currency?: string;
      email?: string;
      userId?: string;
      locale?: string;
      country?: string;
    };
    Checkout: {
      sessionId: string;
      /** Where to pay. */
      url: string;
      status: components['schemas']['OrderStatus'];
      /** Format: date-time. The end of the hold. */
      expiresAt: string;
    };
    OrderStatus: 'PENDING' | 'PAID' | 'PREPARING' | 'SHIPPED' | 'COMPLETED' | 'EXPIRED' | 'CANCELLED' | 'REFUNDED';
    PaymentStatus:
      | 'UNPAID'
      | 'PROCESSING'
      | 'PAID'
      | 'NO_PAYMENT_REQUIRED'
      | 'FAILED'
      | 'PARTIALLY_REFUNDED'
      | 'REFUNDED';
    Order: {
      number: string;
      sessionId: string;
      status: components['schemas']['OrderStatus'];
      paymentStatus: components['schemas']['PaymentStatus'];
      createdAt: string;
      /** The total is subtotal − discount + shipping + (tax − taxIncluded). */
      amounts: {
        subtotal: components['schemas']['Money'];
        discount: components['schemas']['Money'];
        shipping: components['schemas']['Money'];
        /** All of the tax, whether included in the prices or added to them. */
        tax: components['schemas']['Money'];
        taxIncluded: components['schemas']['Money'];
        total: components['schemas']['Money'];
      };
      items: {
        sku: string;
        name: string;
        quantity: number;
        unitAmount: components['schemas']['Money'];
        total: components['schemas']['Money'];
      }[];
      total: components['schemas']['Money'];
      refunded: components['schemas']['Money'];
      /** The part of `refunded` that waits until the customer has given Stripe their bank details. */
      refundAwaitsBankDetails: components['schemas']['Money'] | null;
      expiresAt: string | null;
      shipments: {
        carrier: string;
        trackingNumber: string;
        trackingUrl: string | null;
        shippedAt: string;
        deliveredAt: string | null;
      }[];
      downloads: { sku: string; url: string; expiresAt: string; remaining: number }[];
      /** Takes the same cart up again; set while that makes sense. */
      recoveryUrl: string | null;
      /** How to pay a voucher or a bank transfer, while its payment is on its way. */
      voucher: {
        url: string | null;
        reference: string | null;
        stores: { name: string; paymentCode: string; confirmationNumber: string | null }[];
        expiresAt: string | null;
      } | null;
      updatedAt: string;
    };
    /** RFC 9457, with the members that some codes add. */
    Problem: {
      type: string;
      title: string;
      status: number;
      detail: string;
      code: string;
      errors?: { path: string; message: string }[];
      /** Of `not_for_sale` the `sku` alone. */
      items?: { sku: string; requested?: number; available?: number }[];
    };
  };
}

type Json<Body> = { headers: { [name: string]: unknown }; content: { 'application/json': Body } };
type ProblemResponse = {
  headers: { [name: string]: unknown };
  content: { 'application/problem+json': components['schemas']['Problem'] };
};

export interface operations {
  listProducts: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: { 200: Json<{ data: components['schemas']['Product'][] }>; default: ProblemResponse };
  };
  createCheckout: {
    parameters: { query?: never; header?: { 'Idempotency-Key'?: string }; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['CheckoutRequest'] } };
    responses: { 201: Json<components['schemas']['Checkout']>; default: ProblemResponse };
  };
  getOrder: {
    parameters: { query?: never; header?: never; path: { sessionId: string }; cookie?: never };
    requestBody?: never;
    responses: { 200: Json<components['schemas']['Order']>; default: ProblemResponse };
  };
  abandonOrder: {
    parameters: { query?: never; header?: never; path: { sessionId: string }; cookie?: never };
    requestBody?: never;
    responses: { 202: Json<Record<string, unknown>>; default: ProblemResponse };
  };
  recoverCheckout: {
    parameters: { query?: never; header?: never; path: { token: string }; cookie?: never };
    requestBody?: never;
    responses: { 201: Json<components['schemas']['Checkout']>; default: ProblemResponse };
  };
}

export const WEBHOOK_SECRET = 'whsec_of_the_benchmarks_0123456789';

/**
 * The environment of both programs, and of the floor's: limits on shoppers and on calls to Stripe are out of the way.
 */
export const variables = (parts: { databaseUrl: string; temporalAddress: string; worldUrl: string }) => ({
  PUBLIC_URL: 'http://localhost:3000',
  DATABASE_URL: parts.databaseUrl,
  TEMPORAL_ADDRESS: parts.temporalAddress,
  STRIPE_SECRET_KEY: 'sk_test_of_the_benchmarks',
  STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
  STRIPE_API_BASE: parts.worldUrl,
  STRIPE_MAX_PER_SECOND: '100000',
  RESEND_API_KEY: 're_of_the_benchmarks',
  RESEND_BASE_URL: parts.worldUrl,
  EMAIL_FROM: 'Shop <shop@example.com>',
  STAFF_EMAIL: 'staff@example.com',
  ADMIN_TOKEN: 'admin-token-of-the-benchmarks',
  SIGNING_SECRET: 'signing-secret-of-the-benchmarks-0123456789',
  CHECKOUT_RATE_LIMIT: '0',
  CHECKOUT_OPEN_LIMIT: '0',
  RECONCILE_INTERVAL_SECONDS: '86400',
  LOG_LEVEL: 'warn',
});

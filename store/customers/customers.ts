/** The customer and the shipping address, as far as they are known. Null leaves a field as it is. */
export interface CustomerDetails {
  email: string | null;
  name: string | null;
  userId: string | null;
  address: Address | null;
}

/** An address in Stripe's fields, every one of them. */
export interface Address {
  line1: string | null;
  line2: string | null;
  city: string | null;
  state: string | null;
  postal_code: string | null;
  country: string | null;
}

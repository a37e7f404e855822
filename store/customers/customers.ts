/** Who bought and where it goes, as far as it is known. What is null stays as it was. */
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

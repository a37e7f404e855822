/** A postal address in Stripe's fields, every one of them. */
export interface Address {
  line1: string | null;
  line2: string | null;
  city: string | null;
  state: string | null;
  postal_code: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
}

/** Stripe leaves out what the shopper did not give; here every field is present. */
export const wholeAddress = ({
  line1 = null,
  line2 = null,
  city = null,
  state = null,
  postal_code = null,
  country = null,
}: { [Field in keyof Address]?: Address[Field] | undefined }): Address => ({
  ...{ line1, line2, city, state, postal_code, country },
});

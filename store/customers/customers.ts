import type { Address } from '../../domain/address';

/** The customer and the shipping address, as far as they are known. Null leaves a field as it is. */
export interface CustomerDetails {
  email: string | null;
  name: string | null;
  userId: string | null;
  address: Address | null;
}

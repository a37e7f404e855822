import { type Cart, type CartLine, type CartStore, readCart, withoutBought, withQuantity } from '@holdfast/client';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

interface ShopperCart extends Cart {
  /** The currency the shopper chose; null until they choose. */
  currency: string | null;
  /** The shopper's e-mail address; empty when none was given, and again once they have paid. */
  email: string;
  /** The country to deliver to; empty until they choose. */
  country: string;
}

/** The shopper's cart, stored in this browser. */
export const useCart = create<ShopperCart>()(
  persist((): ShopperCart => ({ lines: [], currency: null, email: '', country: '', attempts: [] }), {
    name: 'holdfast-cart',
    version: 1,
    merge: (stored, fresh) => ({ ...fresh, ...readCart(stored), ...readShopper(stored) }),
  }),
);

// All tabs share one cart; a payment in one of them empties it in all.
window.addEventListener('storage', ({ key }) => {
  if (key === useCart.persist.getOptions().name) void useCart.persist.rehydrate();
});

/** The cart, for the client. */
export const cartStore: CartStore = { get: useCart.getState, set: useCart.setState };

/** Sets the quantity of a product in the cart; 0 removes the line. */
export function setQuantity(sku: string, quantity: number): void {
  useCart.setState(({ lines }) => ({ lines: withQuantity(lines, sku, quantity) }));
}

/** Removes what a paid order was for from the cart, once: bundles by their own SKU. */
export function removeBought(sessionId: string, bought: CartLine[]): void {
  const rest = withoutBought(useCart.getState(), sessionId, bought);
  if (rest) useCart.setState({ ...rest, email: '' });
}

/** Runs while this file loads, so it must not use a `const` below. */
function readShopper(stored: unknown): Pick<ShopperCart, 'currency' | 'email' | 'country'> {
  const { currency, email, country } = (stored ?? {}) as Partial<Record<keyof ShopperCart, unknown>>;
  return {
    currency: typeof currency === 'string' ? currency : null,
    email: typeof email === 'string' ? email : '',
    country: typeof country === 'string' ? country : '',
  };
}

import { crowdedPlace, MOST_OPTIONS } from '../../../domain/shipping';
import { isOwnRate, type ShopSettings } from '../../../domain/shop';
import { readShop, saveShop } from '../../../store/shop/settings';
import type { ApiDeps } from '../../deps';
import { invalid } from '../../http/parse';
import { type Route, route } from '../../http/route';
import { ratesAtStripe } from './rates-at-stripe';
import { Shop } from './schema';

/** What every checkout offers, as staff set it. */
export const shopRoutes = ({ db, clock, stripe }: Pick<ApiDeps, 'db' | 'clock' | 'stripe'>): Route[] => [
  route({
    method: 'get',
    path: '/admin/shop',
    tag: 'Staff',
    summary: 'What every checkout offers',
    answers: { 200: { description: 'The settings. At first everything is off.', schema: Shop } },
    handle: async () => ({ body: documentOf(await readShop(db)) }),
  }),
  route({
    method: 'put',
    path: '/admin/shop',
    tag: 'Staff',
    summary: 'Set what every checkout offers',
    description:
      'Replaces all of the settings; the next checkout has them. Checkouts that are open keep what they were made with. Shipping rates that are kept at Stripe are looked up there: one that is missing or archived is refused.',
    body: Shop,
    answers: { 200: { description: 'The settings as they are now.', schema: Shop } },
    handle: async ({ body }) => {
      const shippingRates = await ratesAtStripe(stripe, body.shippingRates);
      const settings: ShopSettings = { ...(await recoverySetting(db)), ...body, shippingRates };
      const crowded = crowdedPlace(settings.shippingRates);
      if (crowded) {
        const place = `${crowded.country} in ${crowded.currency}`;
        const message = `offers more than ${MOST_OPTIONS} for ${place}, and Stripe takes no more`;
        throw invalid([{ path: 'shippingRates', message }]);
      }
      await saveShop(db, { settings, at: new Date(clock.now()) });
      return { body: documentOf(settings) };
    },
  }),
];

/** As it was set before: requests from before there was one must not turn the mails on again. */
async function recoverySetting(db: ApiDeps['db']): Promise<Pick<ShopSettings, 'recoveryMails'>> {
  const { recoveryMails } = await readShop(db);
  return recoveryMails === undefined ? {} : { recoveryMails };
}

/** The settings without what was read from Stripe. */
const documentOf = ({ shippingRates, ...settings }: ShopSettings): Shop => ({
  ...settings,
  shippingRates: shippingRates.map((rate) => {
    if (isOwnRate(rate)) return rate;
    const { stripeShippingRateId, countries } = rate;
    return { stripeShippingRateId, countries };
  }),
});

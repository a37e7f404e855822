import { z } from 'zod';
import { dayIn } from '../../../domain/dates';
import { senderName } from '../../../domain/email';
import { knownLocale } from '../../../domain/locale';
import { postalLines } from '../../../domain/postal-address';
import { Problem } from '../../../domain/problem';
import { type Packing, readPacking } from '../../../store/orders/packing';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { text } from '../../http/schemas';
import { pageOf } from '../../pages/page';
import type { PageWords } from '../../pages/words/en';
import { wordsFor } from '../../pages/words/words';
import { OrderRef } from '../fields';
import { findOrder } from './document';

/** Which slip. */
export const Parcel = z.strictObject({
  shipment: text(100).optional().meta({
    description: 'The tracking number of a parcel that has left. Without it: what is still to be sent.',
    example: '00340434161094021501',
  }),
});

export const NO_SUCH_PARCEL = 'The order has no parcel with this tracking number: see its shipments.';

/** `GET /admin/orders/{ref}/packing-slip` */
export const packingSlipRoutes = (deps: Pick<ApiDeps, 'db' | 'env'>): Route[] => [
  route({
    method: 'get',
    path: '/admin/orders/{ref}/packing-slip',
    tag: 'Staff',
    summary: 'The packing slip of an order, to print',
    description:
      'What is still to be sent, and the address as it is written in its country; no prices, in the shopper’s language. While the order may not be shipped, it says so on top, in English.',
    params: OrderRef,
    query: Parcel,
    answers: { 200: { description: 'The page.', contentType: 'text/html' } },
    problems: ['unknown_order', 'not_found'],
    handle: async ({ params: { ref }, query: { shipment = null } }) => {
      const sessionId = await findOrder(deps.db, ref);
      const packing = await readPacking(deps.db, { sessionId, trackingNumber: shipment });
      if (packing === null) throw new Problem('not_found', NO_SUCH_PARCEL);
      return { html: packingSlip(deps, packing) };
    },
  }),
];

/** In the language of the shopper, who finds it in the parcel; only what keeps it from leaving is for staff. */
export function packingSlip({ env }: Pick<ApiDeps, 'env'>, packing: Packing): string {
  const locale = knownLocale(packing.locale);
  const words = wordsFor(locale);
  const { number, parcel } = packing;
  const { packing: slip } = words;
  return pageOf({
    shop: senderName(env.EMAIL_FROM),
    title: slip.title(number),
    words,
    body: (
      <>
        {packing.refusal !== null && <DoNotShip reason={packing.refusal} />}
        {packing.recipient && <Recipient {...packing.recipient} words={slip} />}
        <section>
          <h1>{slip.order(number)}</h1>
          <p>{slip.orderedOn(dayIn(locale, packing.orderedAt))}</p>
          {parcel && (
            <p>{slip.shippedOn(`${parcel.carrier} ${parcel.trackingNumber}`, dayIn(locale, parcel.shippedAt))}</p>
          )}
        </section>
        <Contents lines={packing.lines} words={slip} />
      </>
    ),
  });
}

type SlipWords = PageWords['packing'];

const DoNotShip = ({ reason }: { reason: string }) => (
  <section className="stop" lang="en">
    <h1>DO NOT SHIP</h1>
    <p>{`${reason}.`}</p>
  </section>
);

const Recipient = ({ name, address, words }: NonNullable<Packing['recipient']> & { words: SlipWords }) => {
  const lines = address === null ? [] : postalLines({ name, address });
  if (lines.length === 0) return <p>{words.noAddress}</p>;
  return (
    <address>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rendered once, and two lines may be the same
        <div key={index}>{line}</div>
      ))}
    </address>
  );
};

const Contents = ({ lines, words }: Pick<Packing, 'lines'> & { words: SlipWords }) => {
  if (lines.length === 0) return <p>{words.nothingLeft}</p>;
  return (
    <table className="goods">
      <thead>
        <tr>
          <th scope="col">{words.quantity}</th>
          <th scope="col">{words.item}</th>
          <th scope="col">{words.sku}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ sku, name, quantity }) => (
          <tr key={sku}>
            <td>{quantity}</td>
            <td>{name}</td>
            <td>{sku}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

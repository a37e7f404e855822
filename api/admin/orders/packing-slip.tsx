import { z } from 'zod';
import { day } from '../../../domain/dates';
import { senderName } from '../../../domain/email';
import { postalLines } from '../../../domain/postal-address';
import { Problem } from '../../../domain/problem';
import { type Packing, readPacking } from '../../../store/orders/packing';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { text } from '../../http/schemas';
import { pageOf } from '../../pages/page';
import { en } from '../../pages/words/en';
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
      'What is still to be sent, and the address as it is written in its country; no prices. While the order may not be shipped, it says so on top.',
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

export const packingSlip = ({ env }: Pick<ApiDeps, 'env'>, packing: Packing): string =>
  pageOf({
    shop: senderName(env.EMAIL_FROM),
    title: `Packing slip ${packing.number}`,
    words: en,
    body: (
      <>
        {packing.refusal !== null && <DoNotShip reason={packing.refusal} />}
        <Recipient {...packing.recipient} />
        <section>
          <h1>{`Order ${packing.number}`}</h1>
          <p>{`Ordered on ${day(packing.orderedAt)}`}</p>
          {packing.parcel && (
            <p>
              {`${packing.parcel.carrier} ${packing.parcel.trackingNumber}, shipped on ${day(packing.parcel.shippedAt)}`}
            </p>
          )}
        </section>
        <Contents lines={packing.lines} />
      </>
    ),
  });

const DoNotShip = ({ reason }: { reason: string }) => (
  <section className="stop">
    <h1>DO NOT SHIP</h1>
    <p>{`${reason}.`}</p>
  </section>
);

const Recipient = ({ name, address }: Packing['recipient']) => {
  const lines = address === null ? [] : postalLines({ name, address });
  if (lines.length === 0) return <p>The address is not known, or was erased.</p>;
  return (
    <address>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rendered once, and two lines may be the same
        <div key={index}>{line}</div>
      ))}
    </address>
  );
};

const Contents = ({ lines }: Pick<Packing, 'lines'>) => {
  if (lines.length === 0) return <p>Nothing of this order is left to send.</p>;
  return (
    <table className="goods">
      <thead>
        <tr>
          <th scope="col">Quantity</th>
          <th scope="col">Item</th>
          <th scope="col">SKU</th>
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

import { type MailFacts, type ShipmentFacts, shipmentOf } from './facts';
import { becauseOrdered, Layout } from './layout';
import { Action, Facts, H2, P, Quantities, Small } from './parts';
import type { MailTemplate } from './template';

/** A parcel has left: its tracking number, what is in it, and what is still to come. */
export const orderShipped: MailTemplate = {
  audience: 'customer',
  title: 'Shipping notice',
  write: (facts) => {
    const shipment = shipmentOf(facts);
    if (!shipment) return null;
    return {
      subject: `${headline(shipment)}: order ${facts.order.number}`,
      body: <OrderShipped {...facts} shipment={shipment} />,
    };
  },
};

const headline = ({ toCome }: ShipmentFacts): string =>
  toCome.length > 0 ? 'Part of your order is on its way' : 'Your order is on its way';

const OrderShipped = ({ order, shop, links, shipment }: MailFacts & { shipment: ShipmentFacts }) => (
  <Layout
    shop={shop}
    title={headline(shipment)}
    preview={`Order ${order.number} was shipped with ${shipment.carrier}, tracking number ${shipment.trackingNumber}.`}
    why={becauseOrdered(shop)}
  >
    <P>
      {shipment.toCome.length > 0
        ? `We have handed part of your order ${order.number} to the carrier. The rest will follow.`
        : `We have handed your order ${order.number} to the carrier.`}
    </P>
    <Facts
      rows={[
        ['Carrier', shipment.carrier],
        ['Tracking number', shipment.trackingNumber],
      ]}
    />
    {shipment.trackingUrl && <Action href={shipment.trackingUrl}>Track your parcel</Action>}
    <H2>In this parcel</H2>
    <Quantities of={shipment.items} />
    {shipment.toCome.length > 0 && (
      <>
        <H2>Still to come</H2>
        <Quantities of={shipment.toCome} />
        <Small>We will e-mail you when it is on its way.</Small>
      </>
    )}
    <Action href={links.order}>View your order</Action>
  </Layout>
);

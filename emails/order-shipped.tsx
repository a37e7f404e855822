import { type ShipmentFacts, shipmentOf } from './facts';
import { CustomerLayout } from './layout';
import { Action, Facts, H2, P, Quantities, Small } from './parts';
import type { InWords, MailTemplate } from './template';

/** A parcel has left: its tracking number, what is in it, and what is still to come. */
export const orderShipped: MailTemplate = {
  audience: 'customer',
  title: 'Shipping notice',
  write: (facts, words) => {
    const shipment = shipmentOf(facts);
    if (!shipment) return null;
    const headline = isPart(shipment) ? words.shipped.part : words.shipped.whole;
    return {
      subject: words.about(headline, facts.order.number),
      body: <OrderShipped {...facts} words={words} shipment={shipment} headline={headline} />,
    };
  },
};

const isPart = ({ toCome }: ShipmentFacts): boolean => toCome.length > 0;

type Props = InWords & { shipment: ShipmentFacts; headline: string };

const OrderShipped = ({ order: { number }, shop, links, words, shipment, headline }: Props) => {
  const { preview, handedOver, partHandedOver, carrier, trackingNumber, track } = words.shipped;
  return (
    <CustomerLayout
      shop={shop}
      title={headline}
      preview={preview(number, shipment.carrier, shipment.trackingNumber)}
      words={words}
    >
      <P>{isPart(shipment) ? partHandedOver(number) : handedOver(number)}</P>
      <Facts
        rows={[
          [carrier, shipment.carrier],
          [trackingNumber, shipment.trackingNumber],
        ]}
      />
      {shipment.trackingUrl && <Action href={shipment.trackingUrl}>{track}</Action>}
      <H2>{words.shipped.inThisParcel}</H2>
      <Quantities of={shipment.items} />
      {isPart(shipment) && (
        <>
          <H2>{words.shipped.stillToCome}</H2>
          <Quantities of={shipment.toCome} />
          <Small>{words.shipped.weWillMail}</Small>
        </>
      )}
      <Action href={links.order}>{words.viewOrder}</Action>
    </CustomerLayout>
  );
};

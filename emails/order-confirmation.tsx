import { type DownloadFacts, day, isShipped, type MailFacts, money, type OrderFacts } from './facts';
import { becauseOrdered, Layout } from './layout';
import { Action, H2, Items, P, Panel, Small } from './parts';
import type { MailTemplate } from './template';

/** The order is paid, or free: what was bought, the downloads, and the shipping address. */
export const orderConfirmation: MailTemplate = {
  audience: 'customer',
  title: 'Order confirmation',
  write: (facts) => ({
    subject: `Your order ${facts.order.number} at ${facts.shop}`,
    body: <OrderConfirmation {...facts} />,
  }),
};

const OrderConfirmation = ({ order, shop, links }: MailFacts) => (
  <Layout
    shop={shop}
    title="Thank you for your order"
    preview={`Order ${order.number}, ${money(order, order.total)}. ${whatNext(order)}`}
    why={becauseOrdered(shop)}
  >
    <P>{`${order.total > 0 ? 'We have received your payment.' : 'There is nothing to pay.'} ${whatNext(order)}`}</P>
    {order.downloads.length > 0 && <H2>Your downloads</H2>}
    {order.downloads.map((download) => (
      <Download key={download.url} {...download} />
    ))}
    <H2>{`Order ${order.number}`}</H2>
    <Items order={order} />
    {order.shipTo && <H2>Shipping to</H2>}
    {order.shipTo && <Address lines={order.shipTo} />}
    <Action href={links.order}>View your order</Action>
    {order.invoiceUrl && <Action href={order.invoiceUrl}>View your invoice</Action>}
    <Small>
      Changed your mind? From that page you can cancel your order until it is shipped, and withdraw from the contract.
    </Small>
  </Layout>
);

function whatNext(order: OrderFacts): string {
  const toShip = isShipped(order);
  const toLoad = order.downloads.length > 0;
  if (toLoad && toShip) return 'Your downloads are ready, and we will e-mail you when the rest is on its way.';
  if (toLoad) return 'Your downloads are ready.';
  return toShip
    ? 'We are getting your order ready and will e-mail you when it is on its way.'
    : 'Your order is complete.';
}

const Download = ({ name, url, expiresAt, remaining }: DownloadFacts) => (
  <Panel>
    <P>{name}</P>
    <Action href={url}>Download</Action>
    <Small>{`You can use this link ${remaining === 1 ? 'once' : `${remaining} times`}, until ${day(expiresAt)}.`}</Small>
  </Panel>
);

const Address = ({ lines }: { lines: string[] }) => (
  <P>
    {lines.map((line, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: two lines of an address may be equal, and their order is fixed
      <span key={index}>
        {index > 0 && <br />}
        {line}
      </span>
    ))}
  </P>
);

import { type DownloadFacts, day, isShipped, type KeyFacts, money, type OrderFacts } from './facts';
import { CustomerLayout } from './layout';
import { Action, H2, Items, P, Panel, Small } from './parts';
import type { InWords, MailTemplate } from './template';
import type { MailWords } from './words/en';

/** The order is paid, or free: what was bought, the licence keys, the downloads, and the shipping address. */
export const orderConfirmation: MailTemplate = {
  audience: 'customer',
  title: 'Order confirmation',
  write: (facts, words) => ({
    subject: words.confirmation.subject(facts.order.number, facts.shop),
    body: <OrderConfirmation {...facts} words={words} />,
  }),
};

const OrderConfirmation = ({ order, shop, links, words }: InWords) => {
  const { title, paid, free, yourKeys, yourDownloads, shippingTo, changedMind } = words.confirmation;
  const whatNext = whatNextFor(order, words.confirmation);
  return (
    <CustomerLayout
      shop={shop}
      title={title}
      preview={`${words.order(order.number)}, ${money(order, order.total)}. ${whatNext}`}
      words={words}
    >
      <P>{`${order.total > 0 ? paid : free} ${whatNext}`}</P>
      {order.licenceKeys.length > 0 && <H2>{yourKeys}</H2>}
      {order.licenceKeys.map((one) => (
        <Key key={one.key} licence={one} />
      ))}
      {order.downloads.length > 0 && <H2>{yourDownloads}</H2>}
      {order.downloads.map((download) => (
        <Download key={download.url} {...download} order={order} words={words} />
      ))}
      <H2>{words.order(order.number)}</H2>
      <Items order={order} sums={words.sums} />
      {order.shipTo && <H2>{shippingTo}</H2>}
      {order.shipTo && <Address lines={order.shipTo} />}
      <Action href={links.order}>{words.viewOrder}</Action>
      {order.invoiceUrl && <Action href={order.invoiceUrl}>{words.viewInvoice}</Action>}
      {isShipped(order) && <Small>{changedMind}</Small>}
    </CustomerLayout>
  );
};

function whatNextFor(order: OrderFacts, words: MailWords['confirmation']): string {
  const toShip = isShipped(order);
  const toLoad = order.downloads.length > 0;
  if (order.licenceKeys.length > 0) return toShip ? words.keysThenGoods : words.keys;
  if (toLoad) return toShip ? words.downloadsThenGoods : words.downloads;
  return toShip ? words.goods : words.complete;
}

const Key = ({ licence: { name, key } }: { licence: KeyFacts }) => (
  <Panel>
    <P>{name}</P>
    <P>
      <strong>{key}</strong>
    </P>
  </Panel>
);

type DownloadProps = DownloadFacts & Pick<InWords, 'order' | 'words'>;

const Download = ({ name, url, expiresAt, remaining, order, words }: DownloadProps) => (
  <Panel>
    <P>{name}</P>
    <Action href={url}>{words.download}</Action>
    <Small>{words.confirmation.linkWorks(remaining, day(order, expiresAt))}</Small>
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

import type { Order } from '@holdfast/client';
import { formatDay } from '../words/formats';
import { useWords } from '../words/language';

/** The order's files, each with its remaining downloads. */
export function Downloads({ order, onDownload }: { order: Order; onDownload: () => void }) {
  const { yourOrder } = useWords();
  if (order.downloads.length === 0) return null;
  // The shop counts a download when it begins, a moment after the click.
  const counted = () => setTimeout(onDownload, 1_500);
  return (
    <section>
      <h2>{yourOrder.downloads}</h2>
      <ul className="rows">
        {order.downloads.map((download) => (
          <li key={download.url}>
            <span>{order.items.find(({ sku }) => sku === download.sku)?.name ?? download.sku}</span>
            <Download download={download} onDownload={counted} />
          </li>
        ))}
      </ul>
    </section>
  );
}

type OneDownload = Order['downloads'][number];

function Download({
  download: { sku, url, expiresAt, remaining },
  onDownload,
}: {
  download: OneDownload;
  onDownload: () => void;
}) {
  const { download, yourOrder } = useWords();
  if (Date.parse(expiresAt) <= Date.now())
    return <span className="hint">{yourOrder.linkExpired(formatDay(expiresAt))}</span>;
  if (remaining <= 0) return <span className="hint">{yourOrder.noDownloads}</span>;
  return (
    <span className="with-hint">
      <a className="button" href={url} download onClick={onDownload}>
        {download}
        <span className="unseen"> {sku}</span>
      </a>
      <span className="hint">{yourOrder.downloadsLeft(remaining, formatDay(expiresAt))}</span>
    </span>
  );
}

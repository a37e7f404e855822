import { Fragment, type ReactNode } from 'react';
import type { SumWords } from '../domain/words/en';
import { type MailFacts, money, type OrderFacts, type Quantity } from './facts';
import { Button, Heading, Section, Text } from './react-email';
import { styles } from './theme';

/** A paragraph. */
export const P = ({ children }: { children: ReactNode }) => (
  <Text className="ink" style={styles.paragraph}>
    {children}
  </Text>
);

/** A note in smaller type that the reader may skip. */
export const Small = ({ children }: { children: ReactNode }) => (
  <Text className="muted" style={styles.small}>
    {children}
  </Text>
);

/** The heading of a section. */
export const H2 = ({ children }: { children: ReactNode }) => (
  <Heading as="h2" className="ink" style={styles.section}>
    {children}
  </Heading>
);

/** A button: what the reader most likely wants to do. */
export const Action = ({ href, children }: { href: string; children: ReactNode }) => (
  <Section style={styles.action}>
    <Button className="button" href={href} style={styles.button}>
      {children}
    </Button>
  </Section>
);

/** A shaded box, for example around a download. */
export const Panel = ({ children }: { children: ReactNode }) => (
  <Section className="panel" style={styles.panel}>
    <div style={styles.panelInner}>{children}</div>
  </Section>
);

/** An id or a command to copy. */
export const Code = ({ children }: { children: ReactNode }) => (
  <code className="ink" style={styles.code}>
    {children}
  </code>
);

/** A table of names and values, one row each. */
export const Facts = ({ rows }: { rows: [name: string, value: ReactNode][] }) => (
  <table className="data" cellPadding={0} cellSpacing={0} style={{ ...styles.table, width: 'auto' }}>
    <tbody>
      {rows.map(([name, value]) => (
        <tr key={name}>
          <th scope="row" className="muted" style={styles.fact}>
            {name}
          </th>
          <td className="ink" style={styles.factValue}>
            {value}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

/** Items without prices: the contents of a parcel. */
export const Quantities = ({ of }: { of: Quantity[] }) => (
  <table className="data amounts" cellPadding={0} cellSpacing={0} style={styles.table}>
    <tbody>
      {of.map(({ name, quantity }) => (
        <tr key={name}>
          <td className="ink rule" style={styles.cell}>
            {name}
          </td>
          <td className="ink rule" style={styles.amount}>
            {`× ${quantity}`}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

/** What was bought, with what is in a bundle, and the total, in these words. Sums that are zero are left out. */
export const Items = ({ order, sums }: { order: OrderFacts; sums: SumWords }) => (
  <table className="data amounts" cellPadding={0} cellSpacing={0} style={styles.table}>
    <thead>
      <tr>
        <th scope="col" className="muted" style={styles.head}>
          {sums.item}
        </th>
        <th scope="col" className="muted" style={{ ...styles.head, textAlign: 'right' }}>
          {sums.amount}
        </th>
      </tr>
    </thead>
    <tbody>
      {order.bought.map(({ sku, name, quantity, unitAmount, total, contents }) => (
        <tr key={sku}>
          <td className="ink rule" style={styles.cell}>
            {name}
            <br />
            <span className="muted" style={styles.sub}>
              {`${quantity} × ${money(order, unitAmount)}`}
            </span>
            {contents?.map((content) => (
              <Fragment key={content.name}>
                <br />
                <span className="muted" style={styles.sub}>
                  {`${content.quantity} × ${content.name}`}
                </span>
              </Fragment>
            ))}
          </td>
          <td className="ink rule" style={styles.amount}>
            {money(order, total)}
          </td>
        </tr>
      ))}
    </tbody>
    <tfoot>
      {totals(order, sums).map(([name, amount], index, all) => {
        const last = index === all.length - 1 ? styles.total : {};
        const first = index === 0 ? { borderTop: styles.cell.borderTop, paddingTop: '12px' } : {};
        return (
          <tr key={name}>
            <th scope="row" className="ink rule" style={{ ...styles.sum, ...first, ...last }}>
              {name}
            </th>
            <td className="ink rule" style={{ ...styles.sumAmount, ...first, ...last }}>
              {money(order, amount)}
            </td>
          </tr>
        );
      })}
    </tfoot>
  </table>
);

/** The rows that lead to the total. Tax already included in the prices is shown, not added. */
function totals(order: OrderFacts, sums: SumWords): [string, number][] {
  const { subtotal, discount, shipping, tax, taxIncluded, total } = order;
  const nonZero = (rows: [string, number][]) => rows.filter(([, amount]) => amount !== 0);
  const between = nonZero([
    [sums.discount, -discount],
    [sums.shipping, shipping],
    [sums.tax, tax - taxIncluded],
  ]);
  const before: [string, number][] = between.length > 0 ? [[sums.subtotal, subtotal], ...between] : [];
  return [...before, ...nonZero([[sums.taxIncluded, taxIncluded]]), [sums.total, total]];
}

/** Where staff find the order. */
export const StaffPointers = ({ order, links }: MailFacts) => (
  <>
    <H2>Where to find the order</H2>
    <Facts
      rows={[
        ['Its page', <a key="page" className="ink" href={links.staff}>{`Order ${order.number}`}</a>],
        [
          'Temporal UI',
          links.workflow === null ? (
            <Code key="id">{order.sessionId}</Code>
          ) : (
            <a key="id" className="ink" href={links.workflow}>
              {order.sessionId}
            </a>
          ),
        ],
        ['Staff API', <Code key="url">{`GET ${links.admin}`}</Code>],
      ]}
    />
    <Small>The workflow’s id is the Checkout Session’s id at Stripe.</Small>
  </>
);

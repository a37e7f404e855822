import { type BasketLine, MOST_OF_ONE } from '@holdfast/client';
import { useEffect, useState } from 'react';
import { setQuantity } from '../cart/cart';
import { money } from '../words/formats';
import { useWords } from '../words/language';
import { announce } from './announcer';
import { Picture } from './picture';

/** The lines of a basket, with editable quantities. `held` when some of the stock is held for this shopper. */
export function BasketLines({ lines, held }: { lines: BasketLine[]; held: boolean }) {
  return (
    <ul className="lines">
      {lines.map((line) => (
        <li key={line.sku}>
          <Picture product={line.product} sizes="5rem" />
          <div className="line-words">
            <h3>{nameOf(line)}</h3>
            <UnitPrice line={line} />
            <Trouble line={line} held={held} />
          </div>
          <div className="line-buttons">
            {line.product && !line.product.payWhatYouWant && <Quantity line={line} />}
            <Remove line={line} />
          </div>
          <p className="line-total">{line.unit && money({ ...line.unit, amount: line.unit.amount * line.quantity })}</p>
        </li>
      ))}
    </ul>
  );
}

/** The name of a line's product, or its SKU if the shop no longer sells it. */
export const nameOf = ({ product, sku }: Pick<BasketLine, 'product' | 'sku'>): string => product?.name ?? sku;

function UnitPrice({ line: { unit, product } }: { line: BasketLine }) {
  const { line } = useWords();
  if (unit) return <p className="hint">{line.each(money(unit))}</p>;
  if (!product?.payWhatYouWant) return null;
  const { minimum, suggested } = product.payWhatYouWant;
  return <p className="hint">{line.from(money(minimum), money(suggested))}</p>;
}

function Trouble({ line: { trouble, product }, held }: { line: BasketLine; held: boolean }) {
  const { line } = useWords();
  if (held && (trouble === 'sold-out' || trouble === 'too-many')) return null;
  switch (trouble) {
    case 'gone':
      return <p className="tag bad">{line.gone}</p>;
    case 'other-currency':
      return (
        <p className="tag bad">
          {line.otherCurrency((product?.prices ?? []).map(({ currency }) => currency.toUpperCase()))}
        </p>
      );
    case 'sold-out':
      return <p className="tag warn">{line.noneLeft}</p>;
    case 'too-many':
      return <p className="tag warn">{line.onlyLeft(product?.available ?? 0)}</p>;
    default:
      return null;
  }
}

function Quantity({ line }: { line: BasketLine }) {
  const { sku, quantity } = line;
  const words = useWords().line;
  // Text being typed may not be a valid quantity yet.
  const [typed, setTyped] = useState(String(quantity));
  useEffect(() => setTyped(String(quantity)), [quantity]);
  const type = (text: string) => {
    setTyped(text);
    if (/^[1-9]\d?$/.test(text)) setQuantity(sku, Number(text));
  };
  return (
    <fieldset className="quantity">
      <legend className="unseen">{words.quantityOf(nameOf(line))}</legend>
      <button
        type="button"
        aria-label={words.less}
        disabled={quantity <= 1}
        onClick={() => setQuantity(sku, quantity - 1)}
      >
        −
      </button>
      <input
        type="text"
        inputMode="numeric"
        aria-label={words.quantity}
        value={typed}
        onChange={({ target }) => type(target.value)}
        onBlur={() => setTyped(String(quantity))}
      />
      <button
        type="button"
        aria-label={words.more}
        disabled={quantity >= MOST_OF_ONE}
        onClick={() => setQuantity(sku, quantity + 1)}
      >
        +
      </button>
    </fieldset>
  );
}

function Remove({ line }: { line: BasketLine }) {
  const words = useWords().line;
  const remove = () => {
    setQuantity(line.sku, 0);
    announce(words.removed(nameOf(line)));
    // The button disappears with its line; without this the focus would jump to the top of the document.
    document.querySelector<HTMLElement>('h1')?.focus();
  };
  return (
    <button type="button" className="quiet" onClick={remove}>
      {words.remove}
      <span className="unseen"> {nameOf(line)}</span>
    </button>
  );
}

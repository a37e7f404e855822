import { compile, type DomNode, type FormatCallback } from 'html-to-text';

/** The line length of plain text (RFC 5322, section 2.1.1, advises at most 78). URLs are never broken. */
const WIDTH = 78;

const headline: FormatCallback = (element, walk, builder) => {
  let width = -1;
  builder.openBlock({ leadingLineBreaks: 2 });
  builder.pushWordTransform((word) => {
    width += word.length + 1;
    return word;
  });
  walk(childrenOf(element), builder);
  builder.popWordTransform();
  builder.closeBlock({ trailingLineBreaks: 1 });
  builder.openBlock({ leadingLineBreaks: 1 });
  builder.addInline('='.repeat(Math.max(1, Math.min(width, WIDTH))));
  builder.closeBlock({ trailingLineBreaks: 2 });
};

const link: FormatCallback = (element, walk, builder) => {
  const href = element.attribs?.href ?? '';
  const words: string[] = [];
  builder.pushWordTransform((word) => {
    words.push(word);
    return word;
  });
  walk(childrenOf(element), builder);
  builder.popWordTransform();
  if (words.join('') !== href) builder.addInline(`: ${href}`, { noWordTransform: true });
};

/** A table of two columns, as parts.tsx makes them. The second column is aligned right if it holds amounts. */
const columns: FormatCallback = (table, walk, builder) => {
  let sums = 0;
  builder.openTable();
  for (const section of childrenOf(table)) {
    for (const row of childrenOf(section)) {
      builder.openTableRow();
      for (const cell of childrenOf(row)) {
        builder.openTableCell({ maxColumnWidth: 50 });
        walk(childrenOf(cell), builder);
        builder.closeTableCell({});
      }
      builder.closeTableRow();
      if (section.name === 'tfoot') sums++;
    }
  }
  const alignRight = table.attribs?.class?.includes('amounts') ?? false;
  builder.closeTable({
    tableToString: (rows) => layOut(rows, rows.length - sums, alignRight),
    leadingLineBreaks: 2,
    trailingLineBreaks: 2,
  });
};

const childrenOf = ({ children = [] }: DomNode): DomNode[] => children;

function layOut(rows: Cell[][], firstSum: number, alignRight: boolean): string {
  const left = widest(rows.map(([first]) => first));
  const right = widest(rows.map(([, second]) => second));
  const lines = rows.flatMap(([first, second], index) => {
    const names = linesOf(first);
    const values = linesOf(second).map((value) => (alignRight ? value.padStart(right) : value));
    const rule = index === firstSum && index > 0 ? ['-'.repeat(left + GAP.length + right)] : [];
    const height = Math.max(names.length, values.length);
    const row = Array.from({ length: height }, (_, line) =>
      `${(names[line] ?? '').padEnd(left)}${GAP}${values[line] ?? ''}`.trimEnd(),
    );
    return [...rule, ...row];
  });
  return lines.join('\n');
}

const GAP = '   ';

const linesOf = (cell: Cell | undefined): string[] => (cell?.text ?? '').split('\n');

const widest = (cells: (Cell | undefined)[]): number =>
  Math.max(0, ...cells.flatMap(linesOf).map(({ length }) => length));

interface Cell {
  text: string;
}

/** A cell of a table that only lays out: a block of its own. */
const block = { format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } };

const toText = compile({
  wordwrap: WIDTH,
  formatters: { headline, columns, link },
  selectors: [
    { selector: 'title', format: 'skip' },
    { selector: 'style', format: 'skip' },
    { selector: '[data-skip-in-text=true]', format: 'skip' }, // React Email's Preview
    { selector: 'h1', format: 'headline' },
    { selector: 'h2', format: 'block', options: { leadingLineBreaks: 3, trailingLineBreaks: 2 } },
    { selector: 'a', format: 'link' },
    { selector: 'td', ...block },
    { selector: 'th', ...block },
    { selector: 'table.data', format: 'columns' },
  ],
});

/**
 * Makes the plain text of a mail from its HTML. The headline is underlined, tables become columns with a rule above the
 * total, and links become `label: address`.
 */
export const plainText = (html: string): string => `${toText(html).trim()}\n`;

/** In characters. An inbox shows fewer; any mail server accepts this many. */
const SUBJECT_LENGTH = 120;

/** Line breaks that would end a header, other control characters, and characters that reverse the writing direction. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** Makes a text safe for a header: one line, without control characters, and not too long. */
export function oneLine(text: string): string {
  const letters = [...text.replace(UNPRINTABLE, ' ').replace(/\s+/g, ' ').trim()];
  if (letters.length <= SUBJECT_LENGTH) return letters.join('');
  return `${letters
    .slice(0, SUBJECT_LENGTH - 1)
    .join('')
    .trimEnd()}…`;
}

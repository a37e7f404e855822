/** A page of a small book: a heading, paragraphs, and perhaps a chart of bars. */
export interface Page {
  heading: string;
  paragraphs: string[];
  bars?: number[];
}

const [WIDTH, HEIGHT, MARGIN] = [420, 595, 56]; // A5, in points
const LINE = 17;
const CHARACTERS = 56; // of 11-point Times on that width, on average with room to spare

/** A PDF of a title page and one page each, set in the fonts that every reader has. Plain ASCII text. */
export function pdf(title: string, pages: Page[]): Buffer {
  const contents = [titlePage(title), ...pages.map(page)];
  // 1 catalogue, 2 page tree, 3 and 4 fonts, 5 information; then a page and its content for each.
  const pageId = (i: number) => 6 + 2 * i;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${contents.length} /Kids [${contents.map((_, i) => `${pageId(i)} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Times-Bold /Encoding /WinAnsiEncoding >>',
    `<< /Title (${escaped(title)}) /Producer (Holdfast) >>`,
    ...contents.flatMap((content, i) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${WIDTH} ${HEIGHT}] /Resources << /Font << /R 3 0 R /B 4 0 R >> >> /Contents ${pageId(i) + 1} 0 R >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ]),
  ];
  return assemble(objects);
}

/** The objects one after the other, and the table that says where each begins. */
function assemble(objects: string[]): Buffer {
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, i) => {
    const offset = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  return Buffer.from(
    `${text}xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R /Info 5 0 R >>\nstartxref\n${text.length}\n%%EOF\n`,
    'latin1',
  );
}

const titlePage = (title: string): string =>
  [
    text('B', 24, MARGIN, HEIGHT / 2 + 40, title),
    `${MARGIN} ${HEIGHT / 2 + 26} ${WIDTH - 2 * MARGIN} 1 re f`,
    text('R', 11, MARGIN, HEIGHT / 2, 'From the demo shop of Holdfast'),
  ].join('\n');

function page({ heading, paragraphs, bars }: Page): string {
  const lines = paragraphs.flatMap((paragraph) => [...wrap(paragraph), '']);
  const top = HEIGHT - MARGIN - 20;
  const set = lines.map((line, i) => text('R', 11, MARGIN, top - 40 - i * LINE, line));
  return [text('B', 16, MARGIN, top, heading), ...set, ...(bars ?? []).map(bar)].join('\n');
}

/** A chart at the foot of the page; each bar stands on the one before, as the water does. */
function bar(height: number, i: number, all: number[]): string {
  const below = all.slice(0, i).reduce((sum, one) => sum + one, 0);
  const unit = 12;
  return `0.1 0.4 0.5 rg ${MARGIN + i * 50} ${MARGIN + below * unit} 40 ${height * unit} re f 0 g`;
}

const text = (font: 'R' | 'B', size: number, x: number, y: number, words: string): string =>
  `BT /${font} ${size} Tf ${x} ${y} Td (${escaped(words)}) Tj ET`;

const escaped = (words: string): string => words.replaceAll(/[\\()]/g, '\\$&');

function wrap(paragraph: string): string[] {
  const lines = [''];
  for (const word of paragraph.split(' ')) {
    const last = lines[lines.length - 1] ?? '';
    if (last !== '' && last.length + 1 + word.length > CHARACTERS) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

/** HTML by template: whatever is put in is escaped, unless it is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

type Piece = Html | Html[] | number | string | false | null | undefined;

/** `` html`<p>${name}</p>` ``; false, null and undefined leave nothing. */
export function html(strings: TemplateStringsArray, ...pieces: Piece[]): Html {
  return new Html(strings.reduce((page, string, index) => page + written(pieces[index - 1]) + string));
}

function written(piece: Piece): string {
  if (piece instanceof Html) return piece.text;
  if (Array.isArray(piece)) return piece.map(written).join('');
  if (piece === false || piece === null || piece === undefined) return '';
  return String(piece).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

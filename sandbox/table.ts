/** Rows of two or three columns, aligned for a terminal. */
export function table(rows: (readonly [string, string, string?])[]): string {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(([name, value, note = '']) =>
      `  ${name.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${note}`.trimEnd(),
    )
    .join('\n');
}

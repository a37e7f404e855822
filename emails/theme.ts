import type { CSSProperties } from 'react';

/**
 * The look of every mail. All mail clients read inline styles. The few rules in `narrowCss` and `darkCss` refine them
 * in clients that read those too: less padding on narrow screens, and dark colours. The light colours stay readable in
 * clients that invert them.
 */
const FONT = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";

/** The media query of the dark colours. A preview replaces it to show them at any time. */
export const DARK = '(prefers-color-scheme: dark)';

const light = {
  page: '#f4f2ed',
  card: '#ffffff',
  ink: '#20242a',
  muted: '#5b636d',
  rule: '#e4e0d8',
  accent: '#11624d',
  panel: '#f7f5f0',
};
const dark = {
  page: '#15181b',
  card: '#1f2327',
  ink: '#eceae5',
  muted: '#a6adb5',
  rule: '#363b41',
  accent: '#58c7a5',
  panel: '#282d32',
};

const text: CSSProperties = { fontFamily: FONT, fontSize: '16px', lineHeight: '25px', color: light.ink };

export const styles = {
  page: { ...text, margin: 0, padding: '0 10px', backgroundColor: light.page },
  outer: { width: '100%', maxWidth: '600px' },
  shop: { ...text, margin: 0, padding: '28px 8px 16px', fontSize: '17px', fontWeight: 600, letterSpacing: '0.2px' },
  card: { backgroundColor: light.card, border: `1px solid ${light.rule}`, borderRadius: '12px' },
  inner: { padding: '36px 40px 32px' },
  title: { ...text, margin: '0 0 12px', fontSize: '26px', lineHeight: '33px', fontWeight: 650 },
  section: { ...text, margin: '32px 0 8px', fontSize: '18px', lineHeight: '26px', fontWeight: 600 },
  paragraph: { ...text, margin: '0 0 16px' },
  small: { ...text, margin: '0 0 12px', fontSize: '14px', lineHeight: '21px', color: light.muted },
  footer: { ...text, margin: 0, padding: '20px 8px 36px', fontSize: '13px', lineHeight: '20px', color: light.muted },
  footerLink: { color: light.muted, textDecoration: 'underline' },
  table: { width: '100%', borderCollapse: 'collapse', margin: '16px 0 24px' },
  head: {
    ...text,
    padding: '0 0 8px',
    fontSize: '13px',
    lineHeight: '18px',
    fontWeight: 500,
    color: light.muted,
    textAlign: 'left',
  },
  cell: {
    ...text,
    padding: '12px 0',
    borderTop: `1px solid ${light.rule}`,
    verticalAlign: 'top',
    textAlign: 'left',
    fontWeight: 400,
  },
  amount: {
    ...text,
    padding: '12px 0 12px 16px',
    borderTop: `1px solid ${light.rule}`,
    verticalAlign: 'top',
    textAlign: 'right',
    whiteSpace: 'nowrap',
  },
  sum: { ...text, padding: '4px 0', textAlign: 'left', fontWeight: 400 },
  sumAmount: { ...text, padding: '4px 0 4px 16px', textAlign: 'right', whiteSpace: 'nowrap' },
  sub: { fontSize: '14px', lineHeight: '21px', color: light.muted },
  total: { fontWeight: 650 },
  fact: {
    ...text,
    padding: '4px 24px 4px 0',
    fontSize: '15px',
    fontWeight: 400,
    color: light.muted,
    textAlign: 'left',
    verticalAlign: 'top',
    whiteSpace: 'nowrap',
  },
  factValue: {
    ...text,
    padding: '4px 0',
    fontSize: '15px',
    textAlign: 'left',
    verticalAlign: 'top',
    wordBreak: 'break-word',
  },
  panel: { backgroundColor: light.panel, borderRadius: '8px', margin: '12px 0' },
  panelInner: { padding: '16px 20px 4px' },
  action: { margin: '8px 0 16px' },
  button: {
    fontFamily: FONT,
    fontSize: '16px',
    fontWeight: 600,
    color: '#ffffff',
    backgroundColor: light.accent,
    borderRadius: '8px',
    padding: '13px 24px',
    textDecoration: 'none',
  },
  code: {
    fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
    fontSize: '13px',
    wordBreak: 'break-word', // only what is longer than a line
  },
} satisfies Record<string, CSSProperties>;

/**
 * Rules for narrow screens, in clients that read `<style>`. `!important` overrides the inline styles. They stand apart
 * from the dark colours, because some clients drop a whole block for one rule that they do not know.
 */
export const narrowCss = `
@media (max-width: 480px) {
  .inner { padding: 26px 20px 22px !important; }
  .title { font-size: 23px !important; line-height: 30px !important; }
}
`;

type Rule = [selector: string, colour: string];

/** What React Email puts around all of a mail. */
const BODY = '.page > table > tbody > tr > td';

const DARK_BACKGROUNDS: Rule[] = [
  ['.page', dark.page],
  [BODY, dark.page],
  ['.card', dark.card],
  ['.panel', dark.panel],
  ['.button', dark.accent],
];
const DARK_TEXT: Rule[] = [
  [BODY, dark.ink],
  ['.ink', dark.ink],
  ['.muted', dark.muted],
  ['.button', '#0c1f19'],
];
const DARK_LINES: Rule[] = [
  ['.card', dark.rule],
  ['.rule', dark.rule],
];

const css = (property: string, rules: Rule[], within = ''): string =>
  rules.map(([selector, colour]) => `${within}${selector} { ${property}: ${colour} !important; }`).join('\n');

/**
 * Dark colours: by the media query for Apple Mail, Thunderbird and others; for Outlook by the attributes that it sets
 * where it has changed a text colour (`data-ogsc`) or a background (`data-ogsb`). Gmail reads neither, and darkens the
 * light colours itself.
 */
export const darkCss = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media ${DARK} {
${css('background-color', DARK_BACKGROUNDS)}
${css('color', DARK_TEXT)}
${css('border-color', DARK_LINES)}
}
${css('background-color', DARK_BACKGROUNDS, '[data-ogsb] ')}
${css('color', DARK_TEXT, '[data-ogsc] ')}
`;

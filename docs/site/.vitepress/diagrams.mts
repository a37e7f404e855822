import { renderMermaidSVG } from 'beautiful-mermaid';
import type { MarkdownRenderer } from 'vitepress';

/** Mermaid diagrams become pictures while the site is built, in the colours of the page. */
export function diagrams(md: MarkdownRenderer): void {
  const fence = md.renderer.rules.fence;
  if (!fence) throw new Error('markdown-it has lost its rule for code blocks');
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const { info = '', content = '' } = tokens[index] ?? {};
    return info.trim() === 'mermaid' ? picture(content) : fence(tokens, index, ...rest);
  };
}

/** How much smaller than drawn a picture may become before it scrolls instead, so that its words stay readable. */
const SMALLEST = 0.7;

function picture(content: string): string {
  const svg = renderMermaidSVG(content, { bg: 'var(--vp-c-bg)', fg: 'var(--vp-c-text-1)' });
  // It would load a font from elsewhere, and Vue takes no style sheet within a template: the rest of it goes inline.
  const [sheet = '', rules = ''] = /<style>([\s\S]*?)<\/style>/.exec(svg) ?? [];
  const colours = [...rules.matchAll(/(--_[\w-]+):\s*([^;]+);/g)].map(([, name, value]) => `${name}:${value}`);
  const [, width = 0] = /\bwidth="([\d.]+)"/.exec(svg) ?? [];
  const styles = [...colours, `min-width:${Math.round(SMALLEST * Number(width))}px`].join(';');
  const styled = svg.replace(sheet, '').replace('style="', `style="${styles};`);
  return `<div class="diagram" v-pre>${styled}</div>\n`;
}

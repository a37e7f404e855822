import { join } from 'node:path';
import { relative } from 'node:path/posix';
import { CONTENTS, type Page } from './site/contents';

const ROOT = join(__dirname, '..');
export const INDEX = join(ROOT, 'docs', 'README.md');
export const LLMS = join(ROOT, 'llms.txt');

/** docs/README.md: what a reader sees who opens the folder. */
export function indexOfDocs(): string {
  const introduction =
    'In reading order. `npm run docs:build` makes a site of it, with a search and the reference of the HTTP API, in `docs/site/.vitepress/dist`.';
  return `# Documentation\n\n${introduction}\n\n${lists((file) => relative('docs', file))}\n`;
}

/** llms.txt: the documentation for language models, in the format of llmstxt.org. */
export function llmsText(): string {
  return `# Holdfast\n\n${SUMMARY}\n\n${lists((file) => file)}\n`;
}

const SUMMARY = `> The durable order back office of shops that sell through Stripe Checkout: TypeScript, Temporal and PostgreSQL. One Temporal workflow looks after each order, under the id of its Stripe Checkout Session: it holds the stock, waits for the payment, delivers, sends the mails, and refunds what it cannot deliver.

\`npm ci && npm start\` runs all of it on one machine, with a sandbox for Stripe. The running API has its OpenAPI document at \`/openapi.json\`. Decide by the \`code\` of a problem, send an \`Idempotency-Key\` with \`POST /checkout\`, and count money in the currency's smallest unit.`;

function lists(link: (file: string) => string): string {
  const line = ({ file, title, about }: Page): string => `- [${title}](${link(file)}): ${about}`;
  return CONTENTS.map(({ heading, pages }) => `## ${heading}\n\n${pages.map(line).join('\n')}`).join('\n\n');
}

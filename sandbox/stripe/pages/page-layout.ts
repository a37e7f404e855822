/** The layout of every page, with a banner that says no real money moves. */
import { randomBytes } from 'node:crypto';
import type { Response } from 'express';
import { MERCHANT } from '../objects/account';
import { Html, html } from './html';

export interface Page {
  title: string;
  body: Html;
  script?: string;
  /** The sentence in the banner. */
  banner?: string;
  /** The page's own CSS rules, added to the shared ones. */
  style?: string;
}

const CHECKOUT_BANNER = 'No real money. This page stands in for Stripe Checkout; only test cards work.';

/** Sends a page. Only its own style and script may run. */
export function sendPage(
  response: Response,
  status: number,
  { title, body, script, banner = CHECKOUT_BANNER, style = '' }: Page,
): void {
  const nonce = randomBytes(16).toString('base64');
  response.status(status).set({
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'same-origin', // under `no-referrer` browsers send `Origin: null` with forms
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; img-src http: https: data:; base-uri 'none'; frame-ancestors 'none'`,
  });
  response.send(
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${title} · ${MERCHANT}</title>
<style nonce="${nonce}">${new Html(STYLE + style)}</style>
</head>
<body>
<p class="banner"><strong>Sandbox</strong> ${banner}</p>
${body}
${script !== undefined && html`<script nonce="${nonce}">${new Html(script)}</script>`}
</body>
</html>`.text,
  );
}

/** A page with a message and at most one link. */
export function notice(title: string, text: string, link?: { to: string; label: string } | null): Page {
  return {
    title,
    body: html`<main class="notice"><h1>${title}</h1><p>${text}</p>
${link && html`<p><a class="button" href="${link.to}">${link.label}</a></p>`}</main>`,
  };
}

const STYLE = `
:root { --ink: #1d2433; --soft: #5b6478; --line: #d9dee8; --brand: #3d3bb8; --brand-dark: #2c2a93; --wash: #f4f5fb; --bad: #a8142b; --bad-wash: #fdeef0; }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--ink); background: #fff; }
h1, h2 { line-height: 1.25; margin: 0; }
.banner { margin: 0; padding: .5rem 1rem; text-align: center; background: #ffe9a8; color: #4a3500; font-size: .9rem; }
.banner strong { text-transform: uppercase; letter-spacing: .04em; margin-right: .35rem; }
.checkout { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); min-height: calc(100vh - 2.4rem); }
.side { display: flex; justify-content: flex-end; background: var(--wash); padding: 3rem 3.5rem; }
.side > div { width: 100%; max-width: 25rem; position: sticky; top: 3rem; align-self: flex-start; }
.main { padding: 3rem 3.5rem; }
.main > form { max-width: 27rem; }
.merchant { font-size: 1rem; font-weight: 600; }
#cancel { display: inline-block; margin-bottom: 1.25rem; color: var(--soft); text-decoration: none; }
#cancel:hover { color: var(--ink); text-decoration: underline; }
.due { margin: .4rem 0 1.75rem; font-size: 2.25rem; font-weight: 650; letter-spacing: -.02em; line-height: 1.15; }
.due small { display: block; font-size: .95rem; font-weight: 400; letter-spacing: 0; color: var(--soft); }
.items { list-style: none; margin: 0; padding: 0; }
.items li { display: grid; grid-template-columns: 2.75rem 1fr auto; gap: 0 .9rem; align-items: center; padding: .55rem 0; }
.tile { grid-row: span 2; width: 2.75rem; height: 2.75rem; border-radius: .5rem; background: #dcdcf5; color: var(--brand); display: grid; place-items: center; font-weight: 650; overflow: hidden; }
.tile img { width: 100%; height: 100%; object-fit: cover; }
.items .name { font-weight: 550; overflow-wrap: anywhere; }
.items .each { grid-column: 2; color: var(--soft); font-size: .875rem; }
.sums { margin: 1rem 0 0; padding: 1rem 0 0; border-top: 1px solid var(--line); display: grid; gap: .4rem; }
.sums div { display: flex; justify-content: space-between; }
.sums dt, .sums dd { margin: 0; }
.sums .total { font-weight: 650; border-top: 1px solid var(--line); padding-top: .75rem; margin-top: .35rem; }
fieldset { border: 0; margin: 0 0 1.6rem; padding: 0; min-width: 0; }
legend, h2 { font-size: 1.1rem; font-weight: 650; padding: 0; margin-bottom: .6rem; }
label { display: block; font-size: .875rem; color: var(--soft); margin: .55rem 0 .2rem; }
input, select { width: 100%; font: inherit; color: inherit; padding: .58rem .7rem; border: 1px solid #b9c0cf; border-radius: .45rem; background: #fff; }
input:focus-visible, select:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid #a9a8f0; outline-offset: 1px; border-color: var(--brand); }
input[aria-invalid="true"] { border-color: var(--bad); }
.error { color: var(--bad); font-size: .875rem; margin: .2rem 0 0; }
.alert { background: var(--bad-wash); border: 1px solid #eab6be; color: var(--bad); border-radius: .5rem; padding: .75rem 1rem; margin: 0 0 1.25rem; font-weight: 550; }
.row { display: grid; grid-template-columns: 1fr 1fr; gap: 0 .75rem; }
.choice { display: flex; align-items: center; gap: .6rem; border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; margin: 0 0 .5rem; color: var(--ink); font-size: 1rem; cursor: pointer; }
.choice input { width: auto; accent-color: var(--brand); }
.choice .aside { margin-left: auto; color: var(--soft); font-size: .875rem; }
button, .button { font: inherit; font-weight: 600; cursor: pointer; border-radius: .5rem; border: 1px solid transparent; padding: .75rem 1.1rem; text-decoration: none; display: inline-block; }
#pay, .button, button.primary { background: var(--brand); color: #fff; }
#pay { width: 100%; font-size: 1.05rem; }
#pay:hover, .button:hover, button.primary:hover { background: var(--brand-dark); }
button[disabled] { opacity: .65; cursor: wait; }
button.plain { background: #fff; color: var(--ink); border-color: #b9c0cf; }
.cards { margin: 1rem 0; border: 1px dashed #c9a83a; background: #fffaf0; border-radius: .5rem; padding: .7rem .9rem; font-size: .875rem; }
.cards summary { cursor: pointer; font-weight: 600; }
.cards p { margin: .4rem 0 .3rem; color: var(--soft); }
.cards ul { list-style: none; margin: 0; padding: 0; }
.cards li { display: grid; grid-template-columns: 11.2rem 1fr; align-items: baseline; gap: .7rem; padding: .12rem 0; line-height: 1.3; }
.cards button { font: 600 .85rem/1.4 ui-monospace, "SF Mono", Menlo, Consolas, monospace; padding: .12rem .3rem; border: 1px solid #dcc678; white-space: nowrap; justify-self: start; background: #fff; color: var(--ink); border-radius: .3rem; }
.small { color: var(--soft); font-size: .85rem; margin: .9rem 0 0; }
.notice { max-width: 32rem; margin: 12vh auto 0; padding: 0 1.25rem; text-align: center; }
.notice h1 { font-size: 1.7rem; margin-bottom: .5rem; }
.bank { max-width: 26rem; margin: 9vh auto 0; padding: 2rem; border: 1px solid var(--line); border-radius: .75rem; }
.bank form { display: flex; gap: .75rem; margin-top: 1.5rem; }
.bank button { flex: 1; }
[hidden] { display: none !important; }
@media (max-width: 52rem) {
  .checkout { grid-template-columns: minmax(0, 1fr); }
  .side, .main { padding: 1.5rem 1.25rem; display: block; }
  .side > div, .main > form { max-width: 34rem; margin: 0 auto; position: static; }
}
`;

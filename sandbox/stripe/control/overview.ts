/** What the control page shows: time, and the newest of everything that can be steered. */

import { type Html, html } from '../pages/html';
import type { Deliveries } from '../webhooks/deliveries';
import type { World } from '../world';
import { buttons, time } from './html';
import { disputeSection, paymentSection, payoutSection, refundSection, reviewSection } from './overview-money';
import { sessionSection } from './overview-sessions';
import { webhookSections } from './overview-webhooks';

const HOUR = 60 * 60 * 1000;

export function overview(world: World, deliveries: Deliveries): Html {
  return html`<main class="control"><h1>Sandbox control</h1>
<nav aria-label="Sections"><ul>${NAVIGATION.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}
<li><a href="/_control">Refresh</a></li></ul></nav>
${clock(world)}${sessionSection(world)}${paymentSection(world)}${refundSection(world)}${disputeSection(world)}${reviewSection(world)}${payoutSection(world)}${webhookSections(world, deliveries)}</main>`;
}

const NAVIGATION = [
  ['clock', 'Clock'],
  ['sessions', 'Checkout Sessions'],
  ['payments', 'Payments'],
  ['refunds', 'Refunds'],
  ['disputes', 'Disputes'],
  ['reviews', 'Reviews'],
  ['payouts', 'Payouts'],
  ['webhooks', 'Webhooks'],
] as const;

function clock({ clock }: World): Html {
  const ahead = Math.round(clock.offset / HOUR);
  const advance = (label: string, hours: number) => ({ label, command: '/clock', fields: { advanceMs: hours * HOUR } });
  return html`<section id="clock" aria-labelledby="clock-title"><h2 id="clock-title">Clock</h2>
<p>It is ${time(clock.now())} UTC here${ahead > 0 && `, ${ahead} hours ahead of the world`}. As it advances sessions expire, refunds settle, money becomes available and webhooks are tried again. It never goes back, and the clocks of the shop stay as they are.</p>
${buttons('on the sandbox’s clock', 'clock', [advance('+ 1 hour', 1), advance('+ 1 day', 24), advance('+ 30 days', 720)])}</section>`;
}

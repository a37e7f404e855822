/** The content of the control page: the clock, and the newest objects of every kind that can be acted on. */
import { type Html, html } from '../pages/html';
import type { Deliveries } from '../webhooks/deliveries';
import type { World } from '../world';
import { buttons, time } from './html';
import { agentSection } from './overview-agents';
import { disputeSection, reviewSection } from './overview-disputes';
import { paymentSection, refundSection } from './overview-payments';
import { payoutSection } from './overview-payouts';
import { sessionSection } from './overview-sessions';
import { webhookSections } from './overview-webhooks';

const HOUR = 60 * 60 * 1000;

export function overview(world: World, deliveries: Deliveries): Html {
  return html`<main class="control"><h1>Payment control</h1>
<nav aria-label="Sections"><ul>${NAVIGATION.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}
<li><a href="/_control">Refresh</a></li></ul></nav>
${clock(world)}${sessionSection(world)}${agentSection(world)}${paymentSection(world)}${refundSection(world)}${disputeSection(world)}${reviewSection(world)}${payoutSection(world)}${webhookSections(world, deliveries)}</main>`;
}

const NAVIGATION = [
  ['clock', 'Clock'],
  ['sessions', 'Checkout Sessions'],
  ['agents', 'Agents'],
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
<p>The sandbox’s time is ${time(clock.now())} UTC${ahead > 0 && `, ${ahead} hours ahead of real time`}. Moving it forward expires sessions, settles refunds, makes money available and retries webhooks. It never goes back, and the shop’s own clocks are not affected.</p>
${buttons('on the sandbox’s clock', 'clock', [advance('+ 1 hour', 1), advance('+ 1 day', 24), advance('+ 30 days', 720)])}</section>`;
}

/** The section of the control page about agents that sell for the shop. */

import { skuOf } from '../objects/agent-checkouts';
import { formatAmount } from '../objects/amounts';
import { productNamed } from '../objects/products';
import { type Html, html } from '../pages/html';
import { idOf } from '../store/store';
import type { World } from '../world';

export function agentSection(world: World): Html {
  const prices = [...world.store.prices].filter(
    (price) => price.active && price.unit_amount !== null && skuOf(world, price) !== undefined,
  );
  return html`<section id="agents" aria-labelledby="agents-title"><h2 id="agents-title">Agents</h2>
<p>An agent buys from the catalogue feed that the shop gives Stripe (Agentic Commerce Suite, a preview). The shop needs STRIPE_AGENT_ORDERS=on.</p>
${
  prices.length === 0
    ? html`<p class="empty">No price names a SKU yet.</p>`
    : html`<form method="post" action="/_control/page" class="plan">
<input type="hidden" name="do" value="/agents/buy"><input type="hidden" name="at" value="agents"><input type="hidden" name="label" value="Agent">
<div><label for="agent-price">Product</label><select id="agent-price" name="items[0][price]">${prices.map(
        (price) =>
          html`<option value="${price.id}">${productNamed(world, idOf(price.product) ?? '').name}, ${formatAmount(price.unit_amount ?? 0, price.currency)}</option>`,
      )}</select></div>
<div><label for="agent-quantity">Quantity</label><input id="agent-quantity" name="items[0][quantity]" type="number" min="1" max="99" value="1"></div>
<label class="check"><input type="checkbox" name="hook" value="true" checked> ask the order approval hook</label>
<button class="plain">Buy as an agent</button>
</form>`
}</section>`;
}

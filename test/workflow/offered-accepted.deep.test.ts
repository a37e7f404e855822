import { PLACEHOLDER } from '../../domain/action-examples';
import { UPDATES, type UpdateAction } from '../../domain/action-facts';
import type { SessionId } from '../../domain/ids';
import { Situations } from './situations';
import { World } from './world';

/**
 * In every situation that an order can be in, what its details offer is what it takes, no more and no less: each block
 * is pasted into a real order, and every other update is refused.
 */

let world: World;
let situations: Situations;
beforeAll(async () => {
  world = await World.start();
  situations = await Situations.start(world);
});
afterAll(() => world?.stop());

/** What staff might send although it is not offered. */
const OTHERWISE: Record<UpdateAction, (object | undefined)[]> = {
  ship: [{ carrier: 'DHL', trackingNumber: 'otherwise' }],
  deliver: [undefined],
  hold: [{ reason: 'other' }],
  release: [undefined],
  cancel: [{ reason: 'other' }],
  refund: [{ reason: 'other' }, { reason: 'other', amount: 1 }],
  return: [{ items: [{ sku: 'mug', quantity: 1 }], condition: 'write_off' }],
  replace: [{ items: [{ sku: 'mug', quantity: 1 }] }, { items: [{ sku: 'mug', quantity: 1, with: 'cup' }] }],
  retry: [undefined],
  resolve: [{ how: 'accept' }, { how: 'withdraw' }, { how: 'settled_elsewhere' }],
};

const SITUATIONS = Object.keys(new Situations(null as never).all);

test.each(SITUATIONS)('%s', async (title) => {
  const make = situations.all[title] as () => Promise<SessionId>;
  const id = await make();
  const { actions } = await situations.report(id);
  const offered = new Map(actions.map(({ action, examples }) => [action, examples.map(({ data }) => data)]));
  for (const action of UPDATES) {
    if (offered.has(action)) continue;
    for (const request of OTHERWISE[action])
      expect([action, request, await tried(id, action, request)]).toEqual([action, request, 'refused']);
  }
  let fresh: SessionId | null = id; // what was refused has changed nothing
  for (const [action, blocks] of offered)
    for (const request of blocks.length > 0 ? blocks : [undefined]) {
      const order: SessionId = fresh ?? (await make());
      fresh = null;
      expect([action, request, await tried(order, action, filledIn(request))]).toEqual([action, request, 'taken']);
    }
});

async function tried(id: SessionId, action: string, request?: object): Promise<string> {
  try {
    await situations.ask(id, action, request);
    return 'taken';
  } catch (error) {
    const { type } = (error as { cause?: { type?: string } }).cause ?? {};
    return type === undefined || type === 'invalid_request'
      ? `${error}: ${JSON.stringify((error as Error).cause)}`
      : 'refused';
  }
}

let parcels = 0;
/** With what staff write in place of `…`: a parcel’s number, or a SKU that costs the same. */
function filledIn(request?: object): object | undefined {
  const text = JSON.stringify(request ?? null);
  const parcel = text.replace(`"trackingNumber":"${PLACEHOLDER}"`, `"trackingNumber":"P-${++parcels}"`);
  return JSON.parse(parcel.replaceAll(PLACEHOLDER, text.includes('gift') ? 'card' : 'cup')) ?? undefined;
}

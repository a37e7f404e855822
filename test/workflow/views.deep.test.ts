import type { SessionId } from '../../domain/ids';
import { savedViews } from '../../messages/views';
import { atRest } from './at-rest';
import { Situations } from './situations';
import { World } from './world';

/** What the lists of the Temporal UI have, in every situation that an order can be in. */

let world: World;
let situations: Situations;
beforeAll(async () => {
  world = await World.start();
  situations = await Situations.start(world);
});
afterAll(() => world?.stop());

const SITUATIONS = Object.keys(new Situations(null as never).all);

test.each(SITUATIONS)(
  '%s: listed as unpaid, to be shipped and in need of staff if and only if it is',
  async (title) => {
    const id = await (situations.all[title] as () => Promise<SessionId>)();
    await atRest(world, id);
    const { status, paymentStatus, attentionStep, disputed } = await world.db.order.findUniqueOrThrow({
      where: { sessionId: id },
    });
    const needsStaff = attentionStep !== null;
    const running = (await world.handle(id).describe()).status.name === 'RUNNING';
    expect({
      unpaid: await isListed('Unpaid', id),
      attention: await isListed('Needs attention', id),
      toShip: await isListed('To ship', id),
    }).toEqual({
      unpaid:
        running &&
        status === 'PENDING' &&
        !needsStaff &&
        (paymentStatus === 'UNPAID' || paymentStatus === 'PROCESSING'),
      attention: running && needsStaff,
      toShip: running && status === 'PREPARING' && !needsStaff && !disputed,
    });
  },
);

/** Whether a view's query has a workflow. */
async function isListed(name: string, id: SessionId): Promise<boolean> {
  const { query } = savedViews(world.now()).find((view) => view.name === name) ?? { query: '' };
  const { type, status, searchAttributes } = await world.handle(id).describe();
  const has: Record<string, unknown> = { WorkflowType: type, ExecutionStatus: status.name === 'RUNNING' && 'Running' };
  return query.split(' AND ').every((condition) => {
    const [, attribute = '', text, flag] = /^(\w+) = (?:'(\w+)'|(true|false))$/.exec(condition) ?? [];
    if (attribute === '') throw new Error(`not understood: ${condition}`);
    return (has[attribute] ?? searchAttributes[attribute]?.[0]) === (text ?? flag === 'true');
  });
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Stripe from 'stripe';
import { loadEnv } from '../../platform/env';
import { addToLogContext, withLogContext } from '../../platform/log-context';
import { LOG_MODULES } from '../../platform/log-levels';
import { createLogger, moduleLog as ofModule } from '../../platform/logger';
import { createMailer } from '../../platform/mailer';
import { connectDatabase, type Db } from '../../store/database';
import { activityContext } from '../../worker/activity-context';
import { temporalLogging } from '../../worker/temporal-log';
import { BARE } from '../api/bare';
import { createTestDatabase } from '../support/database';

/** What is planted. None of it may come out, wherever it was put. */
const PLANTED = {
  email: 'ada.lovelace+shop@mail.example.co.uk',
  name: 'Ada Lovelace',
  street: '12 Rue de l’Ancienne-Comédie',
  city: 'Saint-Étienne',
  secret: 'kept-in-no-log-of-this-process-1',
  stripe: 'sk_live_51PlantedPlantedPlanted',
  webhook: 'whsec_plantedplantedplanted',
  resend: 're_Planted1_PlantedPlantedPlanted12',
  password: 'p4ssw0rd-of-postgres',
};
const IN_ONE = Object.values(PLANTED).join(' / ');

const env = {
  ...loadEnv({
    ...BARE,
    DATABASE_URL: `postgresql://shop:${PLANTED.password}@127.0.0.1:1/shop`,
    SIGNING_SECRET: `${PLANTED.secret},${'x'.repeat(32)}`,
    ADMIN_TOKENS: `ada:${'a-token-of-staff-that-is-long'}`,
    LOG_LEVELS: 'worker:warn,worker.mail:debug',
  }),
};
const lines: string[] = [];
const destination = { write: (line: string) => void lines.push(line) };
const log = createLogger('worker', env, { destination });
const last = () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>;
beforeEach(() => {
  lines.length = 0;
});

/** Nothing planted is in any line, and each of them is JSON. */
function expectClean(): void {
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  const all = lines.join('\n');
  expect(Object.entries(PLANTED).filter(([, planted]) => all.includes(planted))).toEqual([]);
  expect(all).not.toMatch(/lovelace|ancienne|étienne/i);
}

const caught = async (act: () => unknown): Promise<unknown> => {
  try {
    return await act();
  } catch (error) {
    return error;
  }
};

describe('what is planted stays out of the log', () => {
  let db: Db;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await createTestDatabase();
    db = connectDatabase(database.url, 2);
    drop = () => database.drop();
  });
  afterAll(async () => {
    await db.$disconnect();
    await drop();
  });

  const order = { id: 'cs_test_1', email: PLANTED.email, shipping: { address: { line1: PLANTED.street } } };

  test.each<[string, () => unknown]>([
    ['Prisma: arguments that it does not know', () => db.order.create({ data: { note: IN_ONE } as never })],
    ['PostgreSQL: a value of another type', () => db.$queryRawUnsafe(`SELECT $1::int`, PLANTED.name)],
    ['PostgreSQL: a value that quotes itself', () => db.$queryRawUnsafe(`SELECT ($1 || '"x')::uuid`, PLANTED.street)],
    [
      'PostgreSQL: a row that breaks a law',
      () => db.$executeRaw`INSERT INTO holds (session_id, sku) VALUES (${IN_ONE}, ${PLANTED.name})`,
    ],
    ['a database that is away', () => connectDatabase(env.DATABASE_URL, 1).order.count()],
    ['a body that is not JSON', () => JSON.parse(`{"name": "${PLANTED.name}", "address": "${PLANTED.street}"`)],
    ['an address that cannot be called', () => fetch(`http://shop:${PLANTED.password}@127.0.0.1:1/${PLANTED.email}`)],
    [
      'SMTP that is away',
      () =>
        createMailer({ ...env, SMTP_URL: `smtp://shop:${PLANTED.password}@127.0.0.1:1` }).send({
          key: 'a',
          to: PLANTED.email,
          subject: PLANTED.name,
          html: IN_ONE,
          text: IN_ONE,
          tags: { template: 'order_confirmation' },
        }),
    ],
  ])('%s', async (_what, act) => {
    const error = await caught(act);
    expect(String((error as Error).stack)).toMatch(/Error/);
    log.error({ err: error, number: 'H-1' }, 'it failed');
    log.error({ err: new Error(`around it: ${(error as Error).name}`, { cause: error }) }, 'it failed');
    expectClean();
    expect(last()).toMatchObject({
      err: { type: 'Error', stack: expect.stringContaining('at '), cause: { stack: expect.any(String) } },
    });
  });

  test.each([
    ['an address of mail', `Invalid email address: ${PLANTED.email}`],
    ['a country', `Invalid country: ${PLANTED.street}, ${PLANTED.city}`],
    ['what it quotes', `Received unknown parameter '${PLANTED.name} of ${PLANTED.city}'`],
    ['a key', `Invalid API Key provided: ${PLANTED.stripe}`],
  ])('Stripe: %s', (_what, message) => {
    const raw = {
      message,
      code: 'parameter_invalid',
      param: 'customer_email',
      headers: { authorization: PLANTED.stripe },
    };
    const error = new Stripe.errors.StripeInvalidRequestError({ ...raw, type: 'invalid_request_error' } as never);
    log.error({ err: error }, 'Stripe refuses');
    expectClean();
    expect(last()).toMatchObject({
      err: { code: 'parameter_invalid', message: expect.stringMatching(/^(Invalid|Received)/) },
    });
  });

  test('but a sentence of Stripe keeps the ids in it', () => {
    const message = "No such price: 'price_1Abc'; a similar object exists in live mode, for 'customer_email'";
    log.error({
      err: new Stripe.errors.StripeInvalidRequestError({ message, type: 'invalid_request_error' } as never),
    });
    expect(last()).toMatchObject({ err: { message } });
  });

  test('in a field, at any depth, in a message, and after an escape of JSON', () => {
    log.warn({ order, orders: [order], headers: { cookie: PLANTED.secret } }, `for ${PLANTED.email}`);
    log.warn(`one\n${PLANTED.email}\n"${PLANTED.stripe}"\t${PLANTED.webhook}\\${PLANTED.resend}`);
    log.warn({
      url: `https://shop.example/recover/cs_test_1.${'s'.repeat(43)}?token=${PLANTED.secret}&email=ada%40mail.example`,
    });
    log.warn(`Bearer ${PLANTED.secret} at postgres://shop:${PLANTED.password}@db/shop; pi_1_secret_abcdefgh123`);
    expectClean();
    expect(lines.join('')).not.toMatch(/ssss|pi_1_secret_abc|ada%40/);
    expect(JSON.parse(lines[0] as string)).toMatchObject({ order: { id: 'cs_test_1' }, orders: [{ id: 'cs_test_1' }] });
  });

  test('in what Temporal’s SDK says, its core and its workflows included', () => {
    const { logger } = temporalLogging(log);
    logger?.warn('Activity failed', {
      workflowId: 'cs_test_1',
      runId: 'run',
      activityType: 'sendMails',
      error: new Error(`to ${PLANTED.email}`),
      memo: IN_ONE,
    });
    logger?.error('gRPC call failed', {
      error: `Status { message: "${PLANTED.email}", metadata: {"authorization": "Bearer ${PLANTED.secret}"} }`,
    });
    logger?.warn('from a workflow', { workflow_id: 'cs_test_1', address: PLANTED.street, note: IN_ONE });
    expectClean();
    expect(JSON.parse(lines[0] as string)).toMatchObject({
      ...{ workflow: 'cs_test_1', session: 'cs_test_1', run: 'run' },
      temporal: { activityType: 'sendMails' },
      err: { message: 'to [removed]' },
    });
  });
});

test('a secret that looks like JSON leaves lines that are JSON, and goes from their texts', () => {
  const written: string[] = [];
  const secrets = ['"level":50', '17642111', 'nothing-in-it', 'back\\slash"quoted', 'msg":"it'];
  const STRIPE_WEBHOOK_SECRET = secrets;
  const careful = createLogger(
    'api',
    { ...env, STRIPE_WEBHOOK_SECRET },
    { destination: { write: (line: string) => void written.push(line) } },
  );
  careful.error({ amount: 17642111 }, `it has\nothing-in-it, ${secrets.join(' ')}`);
  careful.error({ amount: 17642111 }, 'it has\nothing-in-it');
  const [first, second] = written.map((line) => JSON.parse(line));
  expect(first).toMatchObject({
    level: 50,
    msg: 'it has\nothing-in-it, [removed] [removed] [removed] [removed] [removed]',
  });
  expect(second).toMatchObject({ level: 50, amount: 17642111, msg: 'it has\nothing-in-it' });
});

test('what was thrown and is no error is not written', () => {
  log.error({ err: PLANTED.name }, 'it failed');
  log.error({ err: { message: PLANTED.street } }, 'it failed');
  expectClean();
  expect(lines.map((line) => JSON.parse(line).err)).toEqual([{ type: 'string' }, { type: 'object' }]);
});

test('lines carry the ids of what they are about, and of nothing beside it', async () => {
  const { inbound } = activityContext({
    info: { workflowExecution: { workflowId: 're_1', runId: 'run' }, activityType: 'followRefund', attempt: 2 },
  } as never);
  const one = inbound.execute?.({ args: [{ refundId: 're_1' }], headers: {} }, async () => {
    addToLogContext({ session: 'cs_test_1', number: 'H-1' });
    await new Promise(setImmediate);
    log.error('failed');
  });
  await withLogContext({ request: 'r' }, async () => {
    await new Promise(setImmediate);
    log.error({ number: 'H-2' }, 'failed');
  });
  await one;
  const [first, second] = lines.map((line) => JSON.parse(line)).sort((a) => (a.request ? 1 : -1));
  const ids = { workflow: 're_1', run: 'run', refund: 're_1', session: 'cs_test_1', number: 'H-1' };
  expect(first).toMatchObject({ ...ids, activity: 'followRefund', attempt: 2, name: 'worker' });
  expect(second).toMatchObject({ request: 'r', number: 'H-2' });
  expect(second).not.toHaveProperty('workflow');
  log.error('alone');
  expect(Object.keys(last()).sort()).toEqual(['hostname', 'level', 'msg', 'name', 'pid', 'time']);
});

test('docs/telemetry.md lists the modules', () => {
  const page = readFileSync(join(__dirname, '../../docs/telemetry.md'), 'utf8');
  for (const [process, modules] of Object.entries(LOG_MODULES))
    expect(page).toContain(`| \`${process}\` | ${modules.map((one) => `\`${one}\``).join(', ')} |`);
});

test('each module has the level that is nearest to it', () => {
  const mail = ofModule(log, 'mail');
  mail.debug('said');
  ofModule(log, 'sweep').info('not said');
  log.info('not said');
  ofModule(log, 'sweep').warn('said');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ module: 'worker.mail', level: 20 }),
    expect.objectContaining({ module: 'worker.sweep', level: 40 }),
  ]);
  expect(ofModule(log, 'mail')).toBe(mail);
  const said = temporalLogging(ofModule(log, 'temporal'), 'info').telemetryOptions?.logging;
  expect(said).toMatchObject({ filter: { core: 'INFO' } });
});

test.each([
  ['api', /must be `module:level`/],
  ['api:loud', /a level is one of fatal, error/],
  ['api.shop:debug', /names no module api\.shop: there are api, api\.account/],
])('LOG_LEVELS=%s is refused', (given, message) => {
  expect(() => loadEnv({ ...BARE, LOG_LEVELS: given })).toThrow(message);
});

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { tendFileAlarms } from '../../api/files/alarms';
import { signToken } from '../../platform/links';
import { PART_BYTES } from '../../platform/object-store';
import { removeAbandonedFiles } from '../../store/catalogue/files';
import { look } from '../commands/look';
import { authorizationOf, type S3Failure, S3Server } from '../support/s3-server';
import { ADMIN_TOKEN, type BareApi, bareApi } from './bare';
import { Api, until } from './shop';

const DAY = 86_400_000;
const MIB = 1024 * 1024;
const bytes = randomBytes(2 * MIB + 4321);

let s3: S3Server;
let bare: BareApi;
let sku: string;
let products = 0;

beforeAll(async () => {
  s3 = await S3Server.start();
  bare = await bareApi(s3.env);
});
beforeEach(async () => {
  sku = `song-${++products}`;
  const at = new Date(bare.clock.now());
  await bare.db.product.create({ data: { sku, name: sku, kind: 'DIGITAL', createdAt: at, updatedAt: at } });
});
afterEach(() => {
  s3.fail = () => null;
  s3.knowsIfMatch = true;
});
afterAll(async () => {
  await bare?.close();
  await s3?.close();
});

const upload = (content: Buffer, api: Api = bare.api) =>
  api.http
    .put(`/admin/products/${sku}/file?filename=song.flac`)
    .set({ authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'audio/flac' })
    .send(content);
const keyOf = async () => `product-files/${(await bare.db.productFile.findUniqueOrThrow({ where: { sku } })).id}`;

/** A grant of three uses, and the link to it. */
async function granted(): Promise<{ id: string; path: string }> {
  const id = randomUUID();
  const at = new Date(bare.clock.now());
  await bare.db.order.create({
    data: {
      ...{ sessionId: `cs_test_${id.replaceAll('-', '')}`, number: id, status: 'COMPLETED', paymentStatus: 'PAID' },
      ...{ stock: 'COMMITTED', origin: 'CHECKOUT', currency: 'eur', subtotal: 900, total: 900 },
      ...{ holdUntil: at, createdAt: at, updatedAt: at },
      grants: { create: { id, sku, allowed: 3, expiresAt: new Date(at.getTime() + DAY) } },
    },
  });
  return { id, path: `/downloads/${signToken(bare.env.SIGNING_SECRET, 'download', id)}` };
}
const used = async (id: string) => (await bare.db.downloadGrant.findUniqueOrThrow({ where: { id } })).used;

async function get(path: string, headers: Record<string, string> = {}, api: Api = bare.api) {
  const answer = await fetch(`${api.url}${path}`, { headers });
  return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
}
const failing = (matching: RegExp, failure: S3Failure) => (request: string) =>
  matching.test(request) ? failure : null;
/** What staff are told of, once for each. */
const alarms = async () =>
  (await bare.db.accountAlarm.findMany({ where: { resolvedAt: null }, orderBy: { cause: 'asc' } })).map(
    ({ cause, subject }) => [cause, subject],
  );
/** As each process does every minute. */
const tend = () => {
  bare.clock.ms += 60_000;
  return tendFileAlarms(bare.api.deps);
};

test('the stand-in signs the example of Amazon’s documentation as Amazon does', () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, “GET object”
  const authorization =
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41';
  const headers = {
    ...{ host: 'examplebucket.s3.amazonaws.com', range: 'bytes=0-9', authorization },
    'x-amz-content-sha256': createHash('sha256').digest('hex'),
    'x-amz-date': '20130524T000000Z',
  };
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  expect(authorizationOf({ method: 'GET', url: '/test.txt', headers }, secret)).toBe(authorization);
});

describe('a file that is kept in storage', () => {
  test('is uploaded there, and downloaded from there, whole and by ranges that belong to one use', async () => {
    const answer = await upload(bytes);
    expect(answer.body.file).toMatchObject({
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(s3.objects.get(await keyOf())?.bytes.equals(bytes)).toBe(true);
    expect(await bare.db.productFileChunk.count({ where: { file: { sku } } })).toBe(0);

    const { id, path } = await granted();
    s3.requests.length = 0;
    const whole = await get(path);
    expect([whole.status, whole.body.equals(bytes)]).toEqual([200, true]);
    expect(whole.headers.get('content-type')).toBe('audio/flac');
    // Never more than a piece is in memory.
    expect(s3.requests.map((request) => request.split(' ')[2])).toEqual([
      `bytes=0-${MIB - 1}`,
      `bytes=${MIB}-${2 * MIB - 1}`,
      `bytes=${2 * MIB}-${bytes.length - 1}`,
    ]);
    const etag = whole.headers.get('etag') ?? '';
    const rest = await get(path, { range: `bytes=${MIB + 7}-`, 'if-range': etag });
    expect([rest.status, rest.body.equals(bytes.subarray(MIB + 7))]).toEqual([206, true]);
    const replaced = await get(path, { range: `bytes=${MIB + 7}-`, 'if-range': '"another"' });
    expect([replaced.status, replaced.body.length]).toEqual([200, bytes.length]);
    expect(await used(id)).toBe(2);
  });

  test('is used up after as many uses as any other, and is then not read', async () => {
    await upload(Buffer.from('la la la'));
    const { id, path } = await granted();
    for (let n = 0; n < 3; n++) expect((await get(path)).status).toBe(200);
    s3.requests.length = 0;
    const over = await get(path);
    expect([over.status, JSON.parse(over.body.toString()).code]).toEqual([410, 'downloads_used_up']);
    expect([await used(id), s3.requests]).toEqual([3, []]);
  });

  test('of several parts arrives in them, and a broken one is sent again', async () => {
    const large = randomBytes(PART_BYTES + 99);
    let broken = 0;
    s3.fail = (request) => (/partNumber=2/.test(request) && broken++ === 0 ? 'hang-up' : null);
    expect((await upload(large)).status).toBe(200);
    expect(s3.objects.get(await keyOf())?.bytes.equals(large)).toBe(true);
    expect([broken, s3.unfinished]).toEqual([2, 0]);
  });

  test('that could not be uploaded leaves the earlier one, and nothing behind', async () => {
    await upload(Buffer.from('earlier'));
    const before = s3.objects.size;
    s3.fail = failing(/^POST \S+uploadId/, { status: 503, code: 'SlowDown' });
    expect((await upload(bytes)).status).toBe(503);
    s3.fail = () => null;
    expect([s3.objects.size, s3.unfinished, await bare.db.productFile.count({ where: { sku: null } })]).toEqual([
      ...[before, 0, 0],
    ]);
    const { path } = await granted();
    expect((await get(path)).body.toString()).toBe('earlier');
  });

  test('whose upload storage has lost is 503, and no word that the earlier one is lost', async () => {
    await upload(Buffer.from('earlier'));
    s3.fail = failing(/^POST \S+uploadId/, { status: 404, code: 'NoSuchUpload' });
    expect((await upload(bytes)).status).toBe(503);
    expect(await alarms()).toEqual([['files_down', '']]);
    s3.fail = () => null;
    await tend();
    expect(await alarms()).toEqual([]);
  });

  test('is removed from there a day after another has taken its place', async () => {
    await upload(Buffer.from('old'));
    const old = await keyOf();
    await upload(Buffer.from('new'));
    await removeAbandonedFiles(bare.db, bare.api.deps.objects, { at: new Date(bare.clock.now() + DAY) });
    expect(s3.objects.has(old)).toBe(true);
    await removeAbandonedFiles(bare.db, bare.api.deps.objects, { at: new Date(bare.clock.now() + DAY + 1) });
    expect([s3.objects.has(old), s3.objects.has(await keyOf())]).toEqual([false, true]);
  });
});

describe('storage', () => {
  test('that does not answer is 503 with Retry-After and costs no use, and an alarm that ends by itself', async () => {
    await upload(bytes);
    const { id, path } = await granted();
    s3.fail = failing(/^(GET|HEAD)/, 'hang-up');
    const away = await get(path);
    expect([away.status, away.headers.get('retry-after'), await used(id)]).toEqual([503, '2', 0]);
    await tend();
    expect(await alarms()).toEqual([['files_down', '']]);
    s3.fail = () => null;
    await tend();
    expect(await alarms()).toEqual([]);
    expect((await get(path)).body.equals(bytes)).toBe(true);
    expect(await used(id)).toBe(1);
  });

  test('that does not answer in the middle breaks the download off, which resumes within its use', async () => {
    await upload(bytes);
    const { id, path } = await granted();
    s3.fail = failing(new RegExp(`bytes=${MIB}-`), { status: 500, code: 'InternalError' });
    const answer = await fetch(`${bare.api.url}${path}`);
    const arrived: Uint8Array[] = [];
    const reading = async () => {
      for await (const piece of answer.body ?? []) arrived.push(piece as Uint8Array);
    };
    await expect(reading()).rejects.toThrow();
    const half = Buffer.concat(arrived);
    expect(half.equals(bytes.subarray(0, half.length)) && half.length <= MIB).toBe(true);
    s3.fail = () => null;
    const etag = answer.headers.get('etag') ?? '';
    const rest = await get(path, { range: `bytes=${Math.max(1, half.length)}-`, 'if-range': etag });
    expect([rest.status, rest.body.equals(bytes.subarray(Math.max(1, half.length)))]).toEqual([206, true]);
    expect(await used(id)).toBe(1);
  });

  test('that refuses the key is 503 and one alarm, and costs no use', async () => {
    await upload(bytes);
    const { id, path } = await granted();
    const { secret } = s3;
    s3.secret = 'rolled';
    const refused = await Promise.all([get(path), get(path)]);
    expect(refused.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual([
      ...[
        [503, '60'],
        [503, '60'],
      ],
    ]);
    expect([await used(id), await alarms()]).toEqual([0, [['files_refused', '']]]);
    await tend();
    expect(await alarms()).toHaveLength(1);
    s3.secret = secret;
    await tend();
    expect(await alarms()).toEqual([]);
  });

  test('that is away is looked at by one process, however many there are', async () => {
    await upload(bytes);
    const { path } = await granted();
    s3.fail = failing(/^(GET|HEAD)/, 'hang-up');
    await get(path);
    bare.clock.ms += 60_000;
    const before = s3.requests.length;
    await Promise.all([1, 2, 3].map(() => tendFileAlarms(bare.api.deps)));
    const looks = new Set(s3.requests.slice(before)).size;
    const tries = s3.requests.length - before;
    s3.fail = () => null;
    await tend();
    expect([looks, tries <= 2, await alarms()]).toEqual([1, true, []]);
  });

  test('whose bucket is gone is one alarm, which lasts until it is back', async () => {
    await upload(bytes);
    const { path } = await granted();
    s3.fail = failing(/^(GET|HEAD)/, { status: 404, code: 'NoSuchBucket' });
    expect((await get(path)).status).toBe(503);
    await tend();
    expect(await alarms()).toEqual([['files_refused', '']]);
    s3.fail = () => null;
    await tend();
    expect(await alarms()).toEqual([]);
  });

  test('that is configured no more is 503 for what is there, and new files go into the database', async () => {
    await upload(bytes);
    const { id, path } = await granted();
    const without = await Api.listen({ ...bare.api.deps, objects: null });
    expect([(await get(path, {}, without)).status, await used(id)]).toEqual([503, 0]);
    await upload(Buffer.from('here'), without);
    expect((await get(path, {}, without)).body.toString()).toBe('here');
    await tend();
    expect(await alarms()).toEqual([]);
    await without.close();
  });

  test.each<[string, (key: string) => void]>([
    ['lost a file', (key) => s3.objects.delete(key)],
    ['another file under its key', (key) => s3.put(key, randomBytes(bytes.length))],
    [
      'another file under its key, and knows no If-Match',
      (key) => {
        s3.knowsIfMatch = false;
        s3.put(key, randomBytes(bytes.length));
      },
    ],
    ['a shorter file under its key', (key) => s3.put(key, bytes.subarray(0, 9))],
  ])('that has %s says so to staff once, serves nothing of it, and costs no use', async (_what, change) => {
    await upload(bytes);
    const { id, path } = await granted();
    change(await keyOf());
    for (const headers of [{}, { range: 'bytes=100-' }] as Record<string, string>[]) {
      const lost = await get(path, headers);
      expect([lost.status, JSON.parse(lost.body.toString()).code]).toEqual([404, 'not_found']);
    }
    await tend();
    expect([await used(id), await alarms()]).toEqual([0, [['file_lost', sku]]]);
    await upload(bytes);
    await tend();
    expect(await alarms()).toEqual([]);
    expect((await get(path)).status).toBe(200);
  });
});

test('`npm run doctor` says whether storage has the newest file', async () => {
  const given = { DATABASE_URL: bare.env.DATABASE_URL, ...s3.env };
  await upload(bytes);
  expect(await look('files', given)).toEqual({
    ...{ status: 'ok', says: `The newest file is where it should be, at ${s3.env.FILES_S3_ENDPOINT}.` },
  });
  const problem = (says: RegExp, todo: RegExp) => ({
    ...{ status: 'problem', says: expect.stringMatching(says), todo: expect.stringMatching(todo) },
  });
  s3.fail = failing(/^(GET|HEAD)/, 'hang-up');
  expect(await look('files', given)).toEqual(
    problem(/ does not answer \(.+\): no file can be downloaded\.$/, /^See FILES_S3/),
  );
  s3.fail = failing(/^(GET|HEAD)/, { status: 403, code: 'AccessDenied' });
  expect(await look('files', given)).toEqual(problem(/ refuses us \(\w+\)/, /what its key is allowed/));
  s3.fail = failing(/^(GET|HEAD)/, { status: 404, code: 'NoSuchKey' });
  expect(await look('files', given)).toEqual(problem(/^The newest file is missing at /, /^Upload it again/));
  const { DATABASE_URL } = given;
  expect(await look('files', { DATABASE_URL })).toEqual(problem(/no longer configured/, /^Set FILES_S3_ENDPOINT/));
});

test('only eight uses of a link begin at once, so nobody has storage read without a number', async () => {
  await upload(bytes);
  const { path } = await granted();
  const waiting: (() => void)[] = [];
  const objects = bare.api.deps.objects;
  if (!objects) throw new Error('no storage');
  const slow = await Api.listen({
    ...bare.api.deps,
    objects: {
      ...objects,
      read: (...of) => new Promise<void>((go) => waiting.push(go)).then(() => objects.read(...of)),
    },
  });
  const answers = Array.from({ length: 9 }, () => get(path, { range: 'bytes=0-9' }, slow));
  expect((await Promise.race(answers)).status).toBe(429);
  await until(async () => waiting.length === 8);
  for (const go of waiting) go();
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses.sort()).toEqual([206, 206, 206, 410, 410, 410, 410, 410, 429]);
  await slow.close();
});

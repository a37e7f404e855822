import { senderName } from '../../domain/email';
import { createMailer, MailError, type MailerEnv, type OutgoingMail } from '../../platform/mailer';
import { startResend } from './resend-server';
import { startSmtp } from './smtp-server';

const mail: OutgoingMail = {
  key: 'order_confirmation/cs_test_abc',
  to: 'ada@example.com',
  subject: 'Your order 1001',
  html: '<p>Thank you</p>',
  text: 'Thank you',
  tags: { template: 'order_confirmation', order: '1001' },
};

/** Nobody knows whether the mail was taken: every mail may meet with that. */
const DOWN = { fault: 'moment', accountCause: 'mail_provider_down' };
const failureOf = (sending: Promise<unknown>): Promise<MailError> =>
  sending.then(
    () => Promise.reject(new Error('it was taken')),
    (error) => error as MailError,
  );

describe('over Resend', () => {
  let resend: Awaited<ReturnType<typeof startResend>>;
  beforeEach(async () => {
    resend = await startResend();
  });
  afterEach(() => resend.stop());

  const mailer = (timeout?: number) =>
    createMailer(
      {
        RESEND_API_KEY: 're_test',
        RESEND_BASE_URL: resend.url,
        EMAIL_FROM: 'Field & Fern <shop@fern.example>',
      } as MailerEnv,
      timeout,
    );

  test('the key, both texts, the tags and a Message-ID of the sender’s domain go out, and the provider’s id comes back', async () => {
    await expect(mailer().send(mail)).resolves.toEqual({ id: 'mail_1' });
    expect(resend.requests).toEqual([
      {
        key: mail.key,
        body: {
          from: 'Field & Fern <shop@fern.example>',
          to: mail.to,
          subject: mail.subject,
          html: mail.html,
          text: mail.text,
          headers: {
            'Message-ID': expect.stringMatching(/^<[0-9a-f]{40}@fern\.example>$/),
            'Auto-Submitted': 'auto-generated',
          },
          tags: [
            { name: 'template', value: 'order_confirmation' },
            { name: 'order', value: '1001' },
          ],
        },
      },
    ]);
  });

  test('a mail that its reader may refuse says how, in a way that mail programs know', async () => {
    await mailer().send({ ...mail, unsubscribe: 'https://api.fern.example/unsubscribe?token=t' });
    expect(resend.requests[0]?.body.headers).toMatchObject({
      'List-Unsubscribe': '<https://api.fern.example/unsubscribe?token=t>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    });
  });

  test('a key longer than Resend takes is hashed, and stays the same', async () => {
    const long = { ...mail, key: `order_shipped/cs_${'x'.repeat(300)}` };
    await mailer().send(long);
    await mailer().send(long);
    expect(resend.taken).toHaveLength(1);
    expect(resend.requests[0]?.key).toBe(resend.requests[1]?.key);
  });

  test.each([
    [{ answer: 422, name: 'validation_error' }, 'thing', null],
    [{ answer: 400, name: 'validation_error' }, 'thing', null],
    [{ answer: 451, name: 'security_error' }, 'thing', null],
    [{ answer: 401, name: 'missing_api_key' }, 'account', 'mail_key'],
    [{ answer: 401, name: 'restricted_api_key' }, 'account', 'mail_key'],
    [{ answer: 403, name: 'invalid_api_key' }, 'account', 'mail_key'],
    [{ answer: 403, name: 'validation_error' }, 'account', 'mail_key'], // the domain is not verified
    [{ answer: 422, name: 'invalid_from_address' }, 'account', 'mail_key'],
    [{ answer: 404, name: 'not_found' }, 'account', 'mail_key'],
    [{ answer: 429, name: 'daily_quota_exceeded' }, 'account', 'mail_quota'],
    [{ answer: 429, name: 'monthly_quota_exceeded' }, 'account', 'mail_quota'],
    [{ answer: 429, name: 'rate_limit_exceeded' }, 'moment', null],
    [{ answer: 409, name: 'concurrent_idempotent_requests' }, 'moment', null],
    [{ answer: 500, name: 'internal_server_error' }, 'moment', 'mail_provider_down'],
    [{ answer: 503, name: 'application_error' }, 'moment', 'mail_provider_down'],
  ] as const)('%j is the fault of the %s (%s)', async (mishap, fault, accountCause) => {
    resend.next({ ...mishap, message: 'not for ada@example.com' });
    const error = await failureOf(mailer().send(mail));
    expect(error).toBeInstanceOf(MailError);
    expect(error).toMatchObject({ code: mishap.name, fault, accountCause });
  });

  test('a mail that was taken before in other words, as after a restore from a backup, counts as sent', async () => {
    await mailer().send(mail);
    await expect(mailer().send({ ...mail, html: '<p>Other words</p>' })).resolves.toEqual({ id: null });
    expect(resend.taken).toHaveLength(1);
  });

  test('how long Resend asks to wait is told', async () => {
    resend.next({ answer: 429, name: 'rate_limit_exceeded', retryAfter: 7 });
    await expect(failureOf(mailer().send(mail))).resolves.toMatchObject({ retryAfterMs: 7_000 });
  });

  test.each([
    ['a proxy’s page in place of an error', { page: 502, html: '<h1>Bad gateway</h1>' }],
    ['a proxy’s page in place of success', { page: 200, html: '<h1>Welcome</h1>' }],
    ['success without an id', { page: 200, html: '{}' }],
    ['an error that is not Resend’s', { page: 502, html: '{"message":"ada@example.com could not be routed"}' }],
    ['null', { page: 200, html: 'null' }],
    ['a lost answer', 'taken-but-lost'],
  ] as const)('%s says nothing about the mail, and can be tried again', async (_name, mishap) => {
    resend.next(mishap);
    await expect(failureOf(mailer().send(mail))).resolves.toMatchObject(DOWN);
    await expect(mailer().send(mail)).resolves.toEqual({ id: 'mail_1' });
    expect(resend.taken).toHaveLength(1);
  });

  test('no answer in time can be tried again', async () => {
    resend.next('no-answer');
    await expect(failureOf(mailer(50).send(mail))).resolves.toMatchObject(DOWN);
  });

  test('an address that is two, or ends its header, is never sent to', async () => {
    const wrong = [
      'a@x.example, b@y.example',
      'a@x.example\r\nBcc: b@y.example',
      'a@x.example;b@y.example',
      'nobody',
      '<>',
    ];
    for (const to of wrong) {
      const error = await failureOf(mailer().send({ ...mail, to }));
      expect(error).toMatchObject({ code: 'invalid_recipient', fault: 'thing' });
    }
    expect(resend.requests).toHaveLength(0);
  });

  test('no error names who was written to, or what', async () => {
    const message = 'Invalid `to` field ada@example.com: <p>Thank you</p>';
    resend.next({ answer: 422, name: 'validation_error', message });
    resend.next({ answer: 500, name: 'ada@example.com', message });
    for (const to of [mail.to, mail.to, 'ada@example.com, b@y.example']) {
      const error = await failureOf(mailer().send({ ...mail, to }));
      expect(`${error.message} ${JSON.stringify(error)} ${error.stack} ${String(error.cause)}`).not.toMatch(
        /example|Thank/,
      );
    }
  });
});

describe('over SMTP', () => {
  let smtp: Awaited<ReturnType<typeof startSmtp>>;
  beforeEach(async () => {
    smtp = await startSmtp();
  });
  afterEach(() => smtp.stop());

  const mailer = (timeout?: number) =>
    createMailer(
      { SMTP_URL: smtp.url, RESEND_API_KEY: 're_unused', EMAIL_FROM: '"Fern, Field" <shop@fern.example>' } as MailerEnv,
      timeout,
    );

  test('SMTP is used where it is set; a repeat has the same Message-ID; both texts and the tags are there', async () => {
    const first = await mailer().send(mail);
    const second = await mailer().send(mail);
    expect(second).toEqual(first);
    const [one] = smtp.mails;
    expect(one).toMatchObject({ from: 'shop@fern.example', to: ['ada@example.com'] });
    expect(one?.raw).toContain(`Message-ID: ${first.id}`);
    expect(one?.raw).toContain('From: "Fern, Field" <shop@fern.example>');
    expect(one?.raw).toContain('X-Holdfast-Template: order_confirmation');
    expect(one?.raw).toContain('X-Holdfast-Order: 1001');
    expect(one?.raw).toMatch(
      /multipart\/alternative[\s\S]*text\/plain[\s\S]*Thank you[\s\S]*text\/html[\s\S]*<p>Thank you<\/p>/,
    );
  });

  test('a mail that its reader may refuse says how, in one piece, and others do not', async () => {
    const token = 'x'.repeat(120);
    await mailer().send(mail);
    await mailer().send({ ...mail, unsubscribe: `https://api.fern.example/unsubscribe?token=${token}` });
    const [other, one] = smtp.mails.map(({ raw }) => raw);
    expect(one).toMatch(
      new RegExp(`^List-Unsubscribe:\\s+<https://api.fern.example/unsubscribe\\?token=${token}>\\r$`, 'm'),
    );
    expect(one).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
    expect(other).not.toContain('List-Unsubscribe');
  });

  test.each([
    ['RCPT', '550 5.1.1 <ada@example.com> unknown', 'smtp_550', 'thing', null],
    ['RCPT', '450 4.2.1 <ada@example.com> later', 'smtp_450', 'moment', null],
    ['DATA', '554 5.7.1 refused', 'smtp_554', 'thing', null],
    ['DATA', '550 5.4.5 Daily user sending limit exceeded', 'smtp_550', 'account', 'mail_quota'],
    ['MAIL', '421 too busy', 'smtp_421', 'moment', null],
    ['MAIL', '530 5.7.0 Authentication required', 'smtp_530', 'account', 'mail_key'],
    ['MAIL', '550 5.7.60 Client not permitted to send as this sender', 'smtp_550', 'account', 'mail_key'],
    ['EHLO', '421 going down', 'smtp_421', 'moment', null],
  ] as const)('%s answered with %s', async (verb, reply, code, fault, accountCause) => {
    smtp.answer(verb, reply);
    const error = await failureOf(mailer().send(mail));
    expect(error).toMatchObject({ code, fault, accountCause });
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain('ada@');
  });

  test.each([
    ['535 5.7.8 Username and password not accepted', 'account', 'mail_key'],
    ['454 4.7.0 Temporary authentication failure', 'moment', null],
  ] as const)('a login answered with %s', async (reply, fault, accountCause) => {
    smtp.answer('EHLO', '250-test\r\n250 AUTH PLAIN');
    smtp.answer('AUTH', reply);
    const url = smtp.url.replace('smtp://', 'smtp://user:password@');
    const env = { SMTP_URL: url, RESEND_API_KEY: 're_unused', EMAIL_FROM: 'shop@fern.example' } as MailerEnv;
    await expect(failureOf(createMailer(env).send(mail))).resolves.toMatchObject({ fault, accountCause });
  });

  test('a server that does not answer, or is not there, is tried again', async () => {
    smtp.answer('MAIL', 'silence');
    await expect(failureOf(mailer(50).send(mail))).resolves.toMatchObject(DOWN);
    await smtp.stop();
    await expect(failureOf(mailer().send(mail))).resolves.toMatchObject(DOWN);
  });
});

test('a shop is called as its sender’s address says, else by its domain', () => {
  expect(senderName('Field & Fern <shop@fern.example>')).toBe('Field & Fern');
  expect(senderName('"Fern, Field" <shop@fern.example>')).toBe('Fern, Field');
  expect(senderName('shop@fern.example')).toBe('fern.example');
});

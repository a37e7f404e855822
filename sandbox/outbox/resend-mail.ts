import type { Mail } from './mails';
import { ResendError } from './resend-error';

/** Reads the body of a `POST /emails`. Unused fields are accepted. @throws ResendError for what Resend refuses */
export function parseMail(body: unknown): Omit<Mail, 'id' | 'createdAt' | 'idempotencyKey'> {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  for (const name of ['from', 'to', 'subject']) {
    if (fields[name] === undefined || fields[name] === '') throw missing(`Missing \`${name}\` field.`);
  }
  if (fields.html === undefined && fields.text === undefined) throw missing('Missing `html` or `text` field.');
  const to = recipients('to', fields.to);
  if (to.length === 0 || to.length > 50) throw invalid('The `to` field must hold 1 to 50 recipients.');
  return {
    from: recipients('from', fields.from)[0] as string,
    to,
    cc: recipients('cc', fields.cc),
    bcc: recipients('bcc', fields.bcc),
    replyTo: recipients('reply_to', fields.reply_to),
    subject: text('subject', fields.subject) as string,
    html: text('html', fields.html),
    text: text('text', fields.text),
    tags: tags(fields.tags),
    headers: headers(fields.headers),
  };
}

const missing = (message: string) => new ResendError(422, 'missing_required_field', message);
const invalid = (message: string) => new ResendError(422, 'validation_error', message);

function recipients(field: string, value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((recipient) => {
    if (typeof recipient === 'string' && RECIPIENT.test(recipient)) return recipient;
    throw invalid(
      `Invalid \`${field}\` field. The email address needs to follow the \`email@example.com\` or \`Name <email@example.com>\` format.`,
    );
  });
}

const RECIPIENT = /^(?:[^<>]*<[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+)$/;

function text(field: string, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw invalid(`The \`${field}\` field must be a \`string\`.`);
  return value;
}

function tags(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!Array.isArray(value)) throw invalid('The `tags` field must be an `array`.');
  return Object.fromEntries(
    value.map((tag: { name?: unknown; value?: unknown }) => {
      for (const part of [tag?.name, tag?.value]) {
        if (typeof part !== 'string' || !TAG.test(part)) {
          throw invalid(
            'Tags should only contain ASCII letters, numbers, underscores, or dashes, and be at most 256 characters long.',
          );
        }
      }
      return [tag.name as string, tag.value as string];
    }),
  );
}

function headers(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  const given = typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : null;
  if (!given?.every((entry): entry is [string, string] => typeof entry[1] === 'string'))
    throw invalid('The `headers` field must be an `object` of strings.');
  return Object.fromEntries(given);
}

const TAG = /^[A-Za-z0-9_-]{1,256}$/;

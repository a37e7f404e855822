import type { Client } from '@temporalio/client';
import type Stripe from 'stripe';
import type { z } from 'zod';
import { ConfigurationError } from '../../platform/configuration-error';
import { type Env, loadEnv } from '../../platform/env';
import type { ObjectStoreEnv } from '../../platform/object-store';
import { readSecretFiles } from '../../platform/secret-files';
import { secretsOf } from '../../platform/secrets-of';
import { connectStripe } from '../../platform/stripe';
import { connectTemporal, temporalConfig } from '../../platform/temporal';
import { variables } from '../../platform/variables';
import { within } from '../../platform/within';
import { connectDatabase, type Db } from '../../store/database';

type Values = { [Name in keyof typeof variables]: z.output<(typeof variables)[Name]> };

/** One call to a neighbour. */
export const PATIENCE_MS = 8_000;

/** A variable that a check needs is absent or not valid, as another check says. */
export class NotConfigured extends Error {
  override readonly name = 'NotConfigured';
}

/**
 * What is looked at: the configuration, as far as it is valid, and the clients made from it. Nothing is written, here
 * or anywhere else.
 */
export class Site {
  /** The environment with the secrets from files in it. */
  readonly source: NodeJS.ProcessEnv;
  /** Everything that is wrong with the configuration, as the processes say it at their start. */
  readonly problems: string[];
  private readonly values: Partial<Values>;
  private database: Db | undefined;
  private workflows: Client | undefined;
  private payments: Stripe | undefined;

  constructor(given: NodeJS.ProcessEnv) {
    this.source = readSecretFiles(given).env;
    this.problems = [...problemsOf(given), ...temporalProblems(this.source)];
    this.values = Object.fromEntries(
      Object.entries(variables).flatMap(([name, schema]) => {
        const read = schema.safeParse(this.source[name] || undefined);
        return read.success ? [[name, read.data]] : [];
      }),
    );
  }

  /** @throws `NotConfigured` if it is absent or not valid */
  need<Name extends keyof Values>(name: Name): NonNullable<Values[Name]> {
    const value = this.values[name];
    if (value === undefined) throw new NotConfigured(`${name} is not set, or not valid`);
    return value as NonNullable<Values[Name]>;
  }

  get<Name extends keyof Values>(name: Name): Values[Name] | undefined {
    return this.values[name];
  }

  get publicUrl(): string {
    return this.get('PUBLIC_URL') ?? `http://localhost:${this.get('PORT') ?? 3000}`;
  }

  get db(): Db {
    this.database ??= connectDatabase(this.need('DATABASE_URL'), 3);
    return this.database;
  }

  get temporal(): Client {
    this.temporalConfig;
    if (this.source.PAYLOAD_KEYS) this.need('PAYLOAD_KEYS');
    this.workflows ??= connectTemporal(this.source);
    return this.workflows;
  }

  /** How Temporal is reached, without what payloads are encrypted with. */
  get temporalConfig() {
    if (!this.get('TEMPORAL_ADDRESS') && !this.get('TEMPORAL_PROFILE'))
      throw new NotConfigured('TEMPORAL_ADDRESS (or TEMPORAL_PROFILE) is not set');
    if (temporalProblems(this.source).length > 0) throw new NotConfigured('see configuration');
    return temporalConfig({ ...this.source, PAYLOAD_KEYS: undefined }).connectionOptions;
  }

  get storageEnv(): ObjectStoreEnv {
    return {
      FILES_S3_ENDPOINT: this.get('FILES_S3_ENDPOINT'),
      FILES_S3_BUCKET: this.get('FILES_S3_BUCKET'),
      FILES_S3_REGION: this.need('FILES_S3_REGION'),
      FILES_S3_KEY_ID: this.get('FILES_S3_KEY_ID'),
      FILES_S3_SECRET: this.get('FILES_S3_SECRET'),
      FILES_S3_PATH_STYLE: this.need('FILES_S3_PATH_STYLE'),
    };
  }

  /** What Stripe's client and its checks are made from. */
  get stripeEnv() {
    return {
      STRIPE_SECRET_KEY: this.need('STRIPE_SECRET_KEY'),
      STRIPE_API_BASE: this.get('STRIPE_API_BASE'),
      PUBLIC_URL: this.publicUrl,
    };
  }

  get stripe(): Stripe {
    this.payments ??= connectStripe(this.stripeEnv, PATIENCE_MS);
    return this.payments;
  }

  /** Leaves out whatever is secret, wherever a neighbour's message quotes it; also what is not valid. */
  redact(text: string): string {
    const secrets = secretsOf({ ...this.source, ...this.values } as Partial<Env>);
    return secrets.reduce((left, secret) => left.replaceAll(secret, '…'), text);
  }

  /** Resolves in any case: what has been found must be told, however a neighbour takes its leave. */
  async close(): Promise<void> {
    const closing = [this.database?.$disconnect(), this.workflows?.connection.close()];
    await within(PATIENCE_MS, Promise.allSettled(closing), () => new Error('does not close')).catch(() => {});
  }
}

/** What `@temporalio/envconfig` has against the other TEMPORAL_* variables, and the files that they name. */
function temporalProblems(source: NodeJS.ProcessEnv): string[] {
  const [certificate, key] = ['TEMPORAL_TLS_CLIENT_CERT', 'TEMPORAL_TLS_CLIENT_KEY'].map(
    (name) => !!(source[`${name}_PATH`] || source[`${name}_DATA`]),
  );
  // The SDK would show no certificate at all, without a word.
  const alone =
    certificate === key ? [] : ['TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH go together'];
  try {
    temporalConfig({ ...source, PAYLOAD_KEYS: undefined });
    return alone;
  } catch (error) {
    return [`TEMPORAL_*, or temporal.toml, cannot be used: ${(error as Error).message}`];
  }
}

function problemsOf(given: NodeJS.ProcessEnv): string[] {
  try {
    loadEnv(given);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

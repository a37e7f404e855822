import { type Client, isGrpcServiceError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';
import { within } from './within';

/** What a readiness check says of one neighbour. */
export type Check = 'ok' | 'down';

/** A neighbour that takes longer than this to answer counts as down. */
const CHECK_MS = 2_000;
/** How long a complete list of search attributes is trusted. They are rarely removed. */
const KEPT_MS = 60_000;

/** Whether a neighbour answers in time. */
export const answers = (asked: Promise<unknown>): Promise<Check> =>
  within(CHECK_MS, asked, () => new Error('no answer')).then(
    () => 'ok' as const,
    () => 'down' as const,
  );

/** Whether Temporal answers. */
export const temporalAnswers = (temporal: Client): Promise<Check> =>
  answers(temporal.withDeadline(Date.now() + CHECK_MS, () => temporal.connection.workflowService.getSystemInfo({})));

/**
 * Says `ok` when the namespace has every search attribute that workflows set, with its type; otherwise `missing: ` and
 * their names and types. A workflow that sets a missing one cannot start. A server that does not let this key list
 * them is trusted.
 */
export function searchAttributesCheck(temporal: Client): () => Promise<string> {
  let completeUntil = 0;
  return async () => {
    if (performance.now() < completeUntil) return 'ok';
    try {
      const missing = await within(CHECK_MS, missingAttributes(temporal), () => new Error('no answer'));
      if (missing.length > 0) return `missing: ${missing.map(({ label }) => label).join(', ')}`;
    } catch (error) {
      if (!isRefusedByTemporal(error)) return 'down';
    }
    completeUntil = performance.now() + KEPT_MS;
    return 'ok';
  };
}

/** A search attribute that a namespace lacks, or has with another type. */
export interface MissingAttribute {
  name: string;
  /** Its name and type, for people. */
  label: string;
  /** `temporal.api.enums.v1.IndexedValueType` */
  type: number;
  hasOtherType: boolean;
}

/** The search attributes that workflows set and the namespace does not have as they need them. */
export async function missingAttributes(temporal: Client): Promise<MissingAttribute[]> {
  const { namespace } = temporal.options;
  const { customAttributes, systemAttributes } = await temporal.withDeadline(Date.now() + CHECK_MS, () =>
    temporal.connection.operatorService.listSearchAttributes({ namespace }),
  );
  const present: Record<string, unknown> = { ...systemAttributes, ...customAttributes };
  return Object.values(SEARCH_ATTRIBUTES)
    .filter(({ name, type }) => present[name] !== INDEXED_VALUE_TYPE[type])
    .map(({ name, type }) => ({
      name,
      label: `${name} (${TypedSearchAttributes.toMetadataType(type)})`,
      type: INDEXED_VALUE_TYPE[type],
      hasOtherType: present[name] !== undefined,
    }));
}

/** `temporal.api.enums.v1.IndexedValueType`, by the SDK's name of a type. */
const INDEXED_VALUE_TYPE = {
  TEXT: 1,
  KEYWORD: 2,
  INT: 3,
  DOUBLE: 4,
  BOOL: 5,
  DATETIME: 6,
  KEYWORD_LIST: 7,
} as const;

/** Whether Temporal does not let this key do something: Temporal Cloud opens its operator service to some keys only. */
export const isRefusedByTemporal = (error: unknown): boolean => isGrpcServiceError(error) && REFUSED.has(error.code);

/** gRPC's PERMISSION_DENIED and UNIMPLEMENTED. */
const REFUSED: ReadonlySet<number> = new Set([7, 12]);

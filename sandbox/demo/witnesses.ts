import { get } from './http';
import type { System } from './system';

export interface Mail {
  to: string[];
  subject: string;
  template: string;
}

/** The mails of an order, as they lie in the outbox, oldest first. */
export async function mailsOf({ outbox }: System, number: string): Promise<Mail[]> {
  const { data } = await get<{ data: { to: string[]; subject: string; tags: Record<string, string> }[] }>(
    `${outbox}/api/mails?order=${number}`,
  );
  return data.map(({ to, subject, tags }) => ({ to, subject, template: tags.template ?? '' })).reverse();
}

export interface Run {
  status: string;
  events: number;
}

/** What Temporal says of an order's workflow. */
export async function workflowOf({ temporalUi, namespace }: System, sessionId: string): Promise<Run> {
  const { workflowExecutionInfo: info } = await get<{
    workflowExecutionInfo: { status: string; historyLength: string };
  }>(`${temporalUi}/api/v1/namespaces/${namespace}/workflows/${sessionId}`);
  return {
    status: info.status.replace('WORKFLOW_EXECUTION_STATUS_', '').toLowerCase(),
    events: Number(info.historyLength),
  };
}

/** Where a person sees that workflow. */
export const workflowPage = ({ temporalUi, namespace }: System, sessionId: string): string =>
  `${temporalUi}/namespaces/${namespace}/workflows/${sessionId}`;

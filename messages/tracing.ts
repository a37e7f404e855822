/** The header in which a trace's context travels through Temporal: that of Temporal's own interceptors. */
export const TRACE_HEADER = '_tracer-data';

/** A part of a trace that a workflow tells its worker of: it is over when it is told. */
export interface WorkflowMark {
  name: string;
  /** In the W3C's form. */
  parent: string;
  links: string[];
  /** Of the run itself, which its activities name as their parent. */
  spanId?: string;
  /** Milliseconds; if it is absent, the mark is a moment. */
  startedAt?: number;
}

import type { Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';

/** How many heartbeats fit into the time after which Temporal gives a silent worker up. */
const BEATS = 4;

/**
 * Sends heartbeats for each activity that has a heartbeat time-out, for as long as its function runs. So Temporal
 * notices within that time that a worker has died, or never received the task, and has the activity tried again
 * elsewhere, however long the activity itself may take. A short activity sends none.
 */
export const sendHeartbeats = (context: Context): { inbound: ActivityInboundCallsInterceptor } => ({
  inbound: {
    async execute(input, next) {
      const { heartbeatTimeoutMs } = context.info;
      if (!heartbeatTimeoutMs) return next(input);
      const beating = setInterval(() => context.heartbeat(), heartbeatTimeoutMs / BEATS);
      beating.unref();
      try {
        return await next(input);
      } finally {
        clearInterval(beating);
      }
    },
  },
});

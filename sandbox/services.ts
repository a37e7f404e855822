import { startEmbedded } from './embedded';
import { inForeground } from './foreground';
import { table } from './table';

// `npm run services`: the parts that are not ours, for whoever starts the API and the worker by themselves. What those need to be told is in
// services.env, which is there exactly while everything answers.
void inForeground(process.env.DATA_DIR || '.data', async (run) => {
  const variables = await startEmbedded(process.env, run);
  run.publish(variables);
  const shown = Object.entries(variables).filter(([name]) => SHOWN.includes(name));
  run.log(
    `\nEverything answers; how to reach it is in ${run.dataDir}/services.env.\n\n${table(shown)}\n\nCtrl-C stops everything.`,
  );
});

/** Addresses for a person; the rest are secrets. */
const SHOWN = ['TEMPORAL_ADDRESS', 'TEMPORAL_UI_URL', 'STRIPE_API_BASE', 'SANDBOX_CONTROL_URL', 'OUTBOX_URL'];

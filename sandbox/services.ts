import { withSecrets } from '../platform/secret-files';
import { startEmbedded } from './embedded';
import { inForeground } from './foreground';
import { table } from './table';

// `npm run services`: everything but the API and the worker, for running those two separately. The variables they
// need are in services.env, which exists exactly as long as everything answers.
void inForeground(process.env.DATA_DIR || '.data', async (run) => {
  const embedded = startEmbedded(withSecrets(process.env), run);
  const [variables] = await Promise.all([embedded.variables, embedded.ready]);
  run.publish(variables);
  const shown = Object.entries(variables).filter(([name]) => SHOWN.includes(name));
  run.log(
    `\nEverything is running. Its addresses and keys are in ${run.dataDir}/services.env.\n\n${table(shown)}\n\nCtrl-C stops everything.`,
  );
});

/** The addresses; the other variables are secrets. */
const SHOWN = ['TEMPORAL_ADDRESS', 'TEMPORAL_UI_URL', 'STRIPE_API_BASE', 'SANDBOX_CONTROL_URL', 'OUTBOX_URL'];

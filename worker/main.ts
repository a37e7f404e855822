import '../platform/react-production';
import { startWorker } from './start';

startWorker().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});

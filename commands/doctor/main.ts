import { runScript } from '../../platform/script';
import { servicesEnv } from '../../platform/services-env';
import { examine } from './doctor';
import { asJson, asText, isHealthy } from './print';

/**
 * `npm run doctor` looks at an installation before and after it goes live, and exits with 1 if there is a problem.
 * `--json` prints the same for programs. Beside `npm start` it reads the addresses and keys of the embedded parts from
 * its `services.env`; the environment takes precedence.
 */
async function main(): Promise<void> {
  const report = await examine({ ...servicesEnv(), ...process.env });
  console.log(process.argv.includes('--json') ? asJson(report) : asText(report));
  // Not a process.exit, which would cut off what is printed into a pipe.
  if (!isHealthy(report)) process.exitCode = 1;
}

runScript(main);

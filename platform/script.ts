/** Runs a command of package.json to its end. If it fails, prints why, in its error's words, and exits with 1. */
export function runScript(main: () => Promise<void>): void {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder within that of the run, which removes it at its end: also after a start that failed, or a test killed. */
export const newFolder = (name: string): string => mkdtempSync(join(process.env.TEST_FOLDER ?? tmpdir(), `${name}-`));

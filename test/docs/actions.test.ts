import { readFileSync } from 'node:fs';
import { RUNBOOK, withActions } from '../../docs/generate';

test('the runbook’s table of actions is what `npm run docs:env` makes of domain/actions.ts', () => {
  const page = readFileSync(RUNBOOK, 'utf8');
  expect(page).toBe(withActions(page));
});

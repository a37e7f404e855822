import { reportHang } from './hangs';

/**
 * After a test that ran out of time: what it waited for. A test that ends in any other way has nothing left to wait
 * for.
 */
afterEach(async () => {
  const report = await reportHang(expect.getState().currentTestName ?? 'a test');
  if (report) console.error(report);
});

/** An order whose code has a defect: each of its tasks fails. */
export async function order(): Promise<void> {
  throw new TypeError('a defect');
}

/** As `order`, for sweeps. */
export async function reconcile(): Promise<void> {
  throw new TypeError('a defect');
}

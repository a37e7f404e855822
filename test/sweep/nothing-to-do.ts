/** Stands in for orders where only that they close matters. */
export async function order(): Promise<string> {
  return 'COMPLETED';
}

/** As `order`, for refunds. */
export async function refund(): Promise<string> {
  return 'succeeded';
}

/** As `order`, for sweeps. */
export async function reconcile(): Promise<{ id: string }> {
  return { id: 'swept' };
}

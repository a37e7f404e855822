import { createHoldfast } from '@holdfast/client';

/** The API, which serves this shop. */
export const holdfast = createHoldfast({ url: window.location.origin });

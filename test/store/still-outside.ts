/** Files that have not moved to the store yet. The list only ever gets shorter. */
export const STILL_OUTSIDE: string[] = [];

/** The size of the pieces in which a product's file is kept: every piece but the last has exactly this many bytes. */
export const FILE_CHUNK_BYTES = 1024 * 1024;

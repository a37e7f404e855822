import type { Read, Shape } from './params';

/** How a row of the control API is added: its path, what it reads, and what it does, within a transaction; the answer is what it returns. */
export type Order = <S extends Shape>(path: string, shape: S, run: (params: Read<S>, id: string) => unknown) => void;

import type { Request } from 'express';
import { LANGUAGES, languageOf } from '../../domain/locale';

/** The language that a browser asks for (`Accept-Language`), if we speak it; else English. */
export const languageAskedBy = (req: Request): string => languageOf(req.acceptsLanguages([...LANGUAGES]) || 'en');

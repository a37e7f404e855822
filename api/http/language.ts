import type { Request } from 'express';
import { z } from 'zod';
import { LANGUAGES, type Language, languageOf, spokenIn } from '../../domain/locale';

/** The query of a page in which its address may name the language. */
export const LocaleAsked = {
  locale: z.string().max(35).optional().meta({
    description: 'The language of the page; without one that is spoken here, the browser’s (`Accept-Language`).',
    example: 'de',
  }),
};

/** The language that the page's address names, or else that a browser asks for, if we speak it; else English. */
export const languageAskedBy = (req: Request): Language =>
  languageNamedBy(req) ?? languageOf(req.acceptsLanguages([...LANGUAGES]) || 'en');

/** What leads from such a page to its next one in the same language: a query, or nothing. */
export function localeQuery(req: Request): string {
  const named = languageNamedBy(req);
  return named === null ? '' : `?locale=${named}`;
}

const languageNamedBy = ({ query: { locale } }: Request): Language | null =>
  typeof locale === 'string' ? spokenIn(locale) : null;

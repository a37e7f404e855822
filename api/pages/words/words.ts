import { type Language, languageOf } from '../../../domain/locale';
import { de } from './de';
import { en, type PageWords } from './en';

const WORDS: Record<Language, PageWords> = { en, de };

/** The words of a page for a shopper with this locale. */
export const wordsFor = (locale: string): PageWords => WORDS[languageOf(locale)];

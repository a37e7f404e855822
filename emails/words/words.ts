import { type Language, languageOf } from '../../domain/locale';
import { de } from './de';
import { en, type MailWords } from './en';

const WORDS: Record<Language, MailWords> = { en, de };

/** The words of mails to a customer with this locale. Mails to staff are in English. */
export const wordsFor = (locale: string): MailWords => WORDS[languageOf(locale)];

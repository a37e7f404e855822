/** What is said of a number, by the plural forms of the language. `other` stands for all that are left out. */
type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** Chooses the plural form as a language does: `count(1, { one: 'once', other: '5 times' })`. */
export function pluralIn(language: string): (number: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  return (number, forms) => forms[rules.select(number)] ?? forms.other;
}

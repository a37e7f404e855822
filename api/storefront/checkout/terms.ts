/** “I agree to the terms of service”, with the words that are the link in brackets, by language. */
const SENTENCES = {
  de: 'Ich stimme den [Nutzungsbedingungen] zu',
  en: 'I agree to the [Terms of Service]',
  es: 'Acepto los [Términos de servicio]',
  fr: 'J’accepte les [Conditions d’utilisation]',
  it: 'Accetto i [Termini di servizio]',
  nl: 'Ik ga akkoord met de [Servicevoorwaarden]',
  pl: 'Akceptuję [Warunki korzystania z usługi]',
  pt: 'Concordo com os [Termos de serviço]',
};

/**
 * What the shopper has to accept, with a link to the shop's terms, in the Markdown of Stripe's page
 * (https://docs.stripe.com/payments/checkout/custom-components). Stripe does not translate it: in English for a
 * language that is not here, or not known.
 */
export function termsSentence(url: string, language: string | null): string {
  const asked = language?.toLowerCase().split(/[-_]/)[0] ?? 'en';
  const sentence = isSpoken(asked) ? SENTENCES[asked] : SENTENCES.en;
  // A bracket in the address would end the link.
  const address = new URL(url).href.replaceAll('(', '%28').replaceAll(')', '%29');
  return sentence.replace(']', `](${address})`);
}

/** Every object has members that are no language, such as `constructor`. */
const isSpoken = (language: string): language is keyof typeof SENTENCES => Object.hasOwn(SENTENCES, language);

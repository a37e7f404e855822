import { pluralIn } from '../../../domain/plural';
import { de as shared } from '../../../domain/words/de';
import type { ShopWords } from './en';

const count = pluralIn('de');

const waitFor = (seconds: number | null, before: string): string =>
  seconds === null ? '' : `${before}${shared.after(Math.max(1, seconds))}`;

const SAFE = 'Es wurde nichts abgebucht, und Ihr Warenkorb bleibt erhalten.';
const ONCE = 'Es entsteht dabei nie eine zweite Bestellung.';

/** The German of en.tsx. Shoppers are addressed as “Sie”. */
export const de: ShopWords = {
  ...shared,
  frame: {
    title: 'Holdfast-Demoshop',
    demoShop: 'Demoshop',
    skip: 'Zum Inhalt springen',
    shop: 'Shop',
    products: 'Produkte',
    cart: 'Warenkorb',
    inCart: () => 'Artikel',
    currency: 'Währung',
    about: 'Dies ist der Demoshop von Holdfast. Sie bezahlen auf der Seite von Stripe, nie hier.',
    withdraw: 'Vertrag widerrufen',
    api: 'Die API ansehen',
    seeProducts: 'Zu unseren Produkten',
  },
  notFound: {
    title: 'Seite nicht gefunden',
    text: (link) => <>Diese Seite gibt es im Shop nicht. {link('Zu unseren Produkten')}</>,
  },
  catalogue: {
    loading: 'Produkte werden geladen …',
    outOfDate: 'Preise und Bestand auf dieser Seite sind vielleicht nicht mehr aktuell.',
    none: 'Wir können gerade keine Produkte anzeigen.',
    empty: 'Zurzeit wird nichts angeboten.',
    tryAgain: 'Noch einmal versuchen',
  },
  product: {
    title: 'Produkt',
    gone: 'Nicht mehr im Angebot',
    notSold: 'Dieses Produkt wird zurzeit nicht verkauft.',
    all: 'Alle Produkte',
    choicesOf: (name) => `Ausführungen von ${name}`,
    contents: 'Das ist enthalten',
  },
  offer: {
    payWhatYouWant: 'Preis nach Wahl',
    choose: (minimum, suggested) => `ab ${minimum}, Vorschlag ${suggested}. Den Betrag wählen Sie auf der Bezahlseite.`,
    onlyIn: (currencies) => `nur in ${currencies.join(' und ')} erhältlich`,
    soldOut: 'Ausverkauft',
    onlyLeft: (number) => `Nur noch ${number} vorrätig`,
    instant: 'Sofort zum Herunterladen',
    inStock: 'Vorrätig',
    add: 'In den Warenkorb',
    added: (name, number) => `${name} hinzugefügt. Anzahl im Warenkorb: ${number}.`,
    inYourCart: (number) => `${number} im Warenkorb`,
  },
  tellMe: {
    title: 'Benachrichtigen, sobald wieder verfügbar',
    address: 'Ihre E-Mail-Adresse',
    once: 'Eine einzige E-Mail, danach löschen wir die Adresse.',
    sending: 'Wird gesendet …',
    send: 'Benachrichtigen',
    noted: (email, name) =>
      `Wir schreiben einmal an ${email}, sobald es „${name}“ wieder gibt. Reserviert ist bis zu Ihrer Bestellung nichts.`,
    noAddress: 'Das sieht nicht wie eine E-Mail-Adresse aus. Bitte prüfen Sie sie.',
    gone: 'Das verkaufen wir nicht mehr, deshalb gibt es nichts mehr mitzuteilen.',
    tooMany: (seconds) =>
      `Es gab zu viele Anfragen, Ihre ist nicht vorgemerkt. Bitte versuchen Sie es ${waitFor(seconds, '') || 'später'} noch einmal.`,
    unreached:
      'Wir konnten den Shop nicht erreichen, Ihre Adresse ist nicht vorgemerkt. Bitte versuchen Sie es gleich noch einmal.',
  },
  cart: {
    title: 'Ihr Warenkorb',
    empty: 'Ihr Warenkorb ist leer.',
    noPrices: 'Ihr Warenkorb ist in diesem Browser sicher, aber wir können die heutigen Preise nicht laden.',
    loading: 'Die heutigen Preise werden geladen …',
    together: 'Zusammen bezahlt',
    separately: 'Einzeln bezahlt',
    items: 'Artikel',
    whySeparately: 'Den Betrag wählen Sie auf der Bezahlseite, deshalb wird dieser Artikel einzeln bezahlt.',
    change: 'Inhalt ändern',
    heldUntil: (time) => `Für Sie reserviert bis ${time} Uhr.`,
    opening: 'Die Bezahlseite wird geöffnet …',
    tryAgainIn: (seconds) => `Noch einmal in ${seconds} s`,
    pay: 'Zur Bezahlung',
    youChoose: 'Nach Wahl',
    email: 'E-Mail (freiwillig)',
    whyEmail:
      'Wir tragen sie auf der Bezahlseite ein und können Ihnen einen Link schicken, falls der Bestellvorgang abläuft.',
    country: 'Lieferung nach (freiwillig)',
    notChosen: 'Nicht gewählt',
    whyCountry: 'Davon können die Versandkosten abhängen.',
    shippingAndTax: 'Zuzüglich Versand, eventuell auch Steuern. Beides sehen Sie auf der Bezahlseite.',
    shippingOnly: 'Zuzüglich Versand. Die Versandart wählen Sie auf der Bezahlseite.',
    taxOnly: 'Eventuell kommen Steuern hinzu. Sie sehen sie auf der Bezahlseite.',
  },
  line: {
    each: (price) => `${price} pro Stück`,
    from: (minimum, suggested) => `Ab ${minimum}, Vorschlag ${suggested}`,
    gone: 'Nicht mehr im Angebot; bitte entfernen',
    otherCurrency: (currencies) =>
      `Nur in ${currencies.join(' und ')} erhältlich; bitte wechseln Sie die Währung oder entfernen Sie den Artikel`,
    noneLeft: 'Zurzeit nicht verfügbar',
    onlyLeft: (number) => `Zurzeit nur ${number} verfügbar`,
    quantityOf: (name) => `Anzahl: ${name}`,
    quantity: 'Anzahl',
    less: 'Eins weniger',
    more: 'Eins mehr',
    remove: 'Entfernen',
    removed: (name) => `${name} ist nicht mehr im Warenkorb.`,
  },
  cameBack: {
    paid: 'Diese Bestellung ist schon bezahlt',
    paidText: 'Ihre Zahlung war erfolgreich, bevor Sie zurückgekommen sind.',
    seeOrder: 'Zu Ihrer Bestellung',
    left: 'Sie haben die Bezahlseite verlassen',
    leftText: 'Es wurde nichts abgebucht, und Ihr Warenkorb ist noch da.',
    unreached:
      'Wir konnten den Shop gerade nicht erreichen. Was für Sie reserviert war, wird etwas später freigegeben.',
  },
  missing: {
    left: (available, requested) =>
      `: ${available > 0 ? `noch ${available} vorrätig` : 'nicht mehr vorrätig'}, gewünscht: ${requested}`,
    remove: 'Aus dem Warenkorb entfernen',
    change: 'Warenkorb an den Bestand anpassen',
    changed: 'Ihr Warenkorb ist an den Bestand angepasst.',
  },
  recovery: {
    expired: 'Ihr Bestellvorgang ist abgelaufen',
    whole:
      'Es wurde nichts abgebucht. Sie können die Bestellung noch abschließen, zu den heutigen Preisen und solange der Vorrat reicht.',
    notWhole: 'Es wurde nichts abgebucht. Ein Teil Ihres Warenkorbs ist zurzeit nicht verfügbar.',
    complete: 'Bestellung abschließen',
    bought: 'Sie haben diese Bestellung schon abgeschlossen',
    boughtText: 'Alles Weitere steht in unserer E-Mail dazu.',
    totalToday: 'Gesamtbetrag heute',
    from: (minimum) => `Ab ${minimum}`,
    onlyLeft: (number) => `Nur noch ${number} vorrätig`,
    noneLeft: 'Zurzeit nicht vorrätig',
    gone: 'Nicht mehr im Angebot',
    notForSale: 'Zurzeit nicht im Verkauf',
  },
  yourOrder: {
    title: 'Ihre Bestellung',
    unreached: 'Wir können den Shop gerade nicht erreichen',
    unreachedText: 'Wir versuchen es weiter. Ihre Zahlung ist sicher, was diese Seite auch so lange zeigt.',
    loading: 'Ihre Bestellung wird geladen …',
    late: 'Das dauert länger als sonst.',
    notPaid: (link) => (
      <>
        Falls Sie die Zahlung nicht abgeschlossen haben, wurde nichts abgebucht, und {link('Ihr Warenkorb')} ist noch
        da.
      </>
    ),
    atStore: (name) => `Bei ${name}`,
    payBefore: (moment) => `Zahlbar bis ${moment}.`,
    complete: 'Bestellung abschließen',
    backToCart: 'Zurück zum Warenkorb',
    downloads: 'Downloads',
    linkExpired: (date) => `Der Link ist am ${date} abgelaufen`,
    noDownloads: 'Keine Downloads mehr übrig',
    downloadsLeft: (number, until) =>
      `Noch ${count(number, { one: '1 Download', other: `${number} Downloads` })}, bis zum ${until}`,
    parcels: (number) => count(number, { one: 'Paket', other: 'Pakete' }),
    delivered: (date) => `Zugestellt am ${date}`,
    shipped: (date) => `Verschickt am ${date}`,
    ordered: 'Ihre Artikel',
    price: 'Preis',
    refunded: 'Erstattet',
    asOf: (moment) => `Stand: ${moment}`,
  },
  failures: {
    out_of_stock: () => ({
      title: 'Nicht mehr genug vorrätig',
      text: 'Jemand war schneller. Es wurde nichts abgebucht. Das haben wir noch:',
    }),
    currency_unavailable: () => ({
      title: 'In dieser Währung nicht erhältlich',
      text: 'Etwas in Ihrem Warenkorb, oder die Lieferung, gibt es in der gewählten Währung nicht. Wählen Sie oben eine andere Währung, oder entfernen Sie den Artikel.',
    }),
    not_for_sale: () => ({
      title: 'Zurzeit nicht im Verkauf',
      text: `Etwas in Ihrem Warenkorb kann gerade nicht verkauft werden. ${SAFE} Bitte entfernen Sie es, oder kommen Sie später wieder.`,
    }),
    too_many_open: ({ retryAfter }) => ({
      title: 'Zu viele offene Zahlungen',
      text: `Sie haben mehrere Bezahlseiten geöffnet und nicht bezahlt. Bezahlen Sie auf einer davon, oder verlassen Sie sie über „Zurück“${waitFor(retryAfter, '. Oder versuchen Sie es noch einmal ')}.`,
    }),
    rate_limited: ({ retryAfter }) => ({
      title: 'Zu viele Versuche',
      text: `Es gab zu viele Versuche in kurzer Zeit. ${SAFE} Bitte versuchen Sie es ${waitFor(retryAfter, '') || 'in einer Minute'} noch einmal.`,
    }),
    unavailable: () => ({
      title: 'Der Shop nimmt gerade keine Bestellungen an',
      text: `${SAFE} Bitte versuchen Sie es gleich noch einmal. ${ONCE}`,
    }),
    offline: () => ({
      title: 'Wir konnten den Shop nicht erreichen',
      text: `Bitte prüfen Sie Ihre Verbindung, und versuchen Sie es noch einmal. ${SAFE} ${ONCE}`,
    }),
    unknown_sku: () => ({
      title: 'Nicht mehr im Angebot',
      text: 'Etwas in Ihrem Warenkorb wird nicht mehr verkauft. Bitte entfernen Sie es, und versuchen Sie es noch einmal.',
    }),
    invalid_request: ({ errors }) => ({
      title: 'Der Shop hat das nicht angenommen',
      text:
        errors.length > 0
          ? `Der Shop sagt (auf Englisch): ${errors.map(({ path, message }) => `${path} ${message}`.trim()).join('; ')}.`
          : 'Bitte prüfen Sie Ihren Warenkorb.',
    }),
    idempotency_key_reused: () => ({
      title: 'Ihr Warenkorb hat sich geändert',
      text: 'Bitte versuchen Sie es noch einmal.',
    }),
    link_expired: () => ({
      title: 'Dieser Link ist abgelaufen',
      text: 'Der Bestellvorgang liegt zu lange zurück. Bitte wählen Sie Ihre Artikel noch einmal.',
    }),
    link_invalid: () => shared.linkInvalid,
  },
  somethingWrong: {
    title: 'Bei uns ist etwas schiefgegangen',
    text: `${SAFE} Bitte versuchen Sie es noch einmal. ${ONCE}`,
  },
};

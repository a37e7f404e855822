import { pluralIn } from '../plural';
import type { SharedWords } from './en';

const count = pluralIn('de');

/** The German of en.ts. Shoppers are addressed as “Sie”. */
export const de: SharedWords = {
  language: 'de',
  order: (number) => `Bestellung ${number}`,
  sums: {
    item: 'Artikel',
    amount: 'Betrag',
    subtotal: 'Zwischensumme',
    discount: 'Rabatt',
    shipping: 'Versandkosten',
    tax: 'MwSt.',
    taxIncluded: 'Enthaltene MwSt.',
    total: 'Gesamtbetrag',
  },
  download: 'Herunterladen',
  licenceKeys: 'Lizenzschlüssel',
  keyRevoked: 'Nicht mehr gültig',
  keyMasked: 'Der ganze Schlüssel steht in der Bestätigung, die wir Ihnen gemailt haben.',
  viewInvoice: 'Rechnung ansehen',
  voucher: {
    open: 'Zahlschein öffnen',
    reference: 'Referenznummer',
    payBefore: 'Zahlbar bis',
    paymentCode: 'Zahlungscode',
    confirmationNumber: 'Bestätigungsnummer',
  },
  after: (seconds) =>
    seconds < 90
      ? `in ${count(seconds, { one: '1 Sekunde', other: `${seconds} Sekunden` })}`
      : `in ${Math.ceil(seconds / 60)} Minuten`,
  orderNotFound: {
    title: 'Bestellung nicht gefunden',
    text: 'Vielleicht fehlt ein Teil der Adresse. Der Link in Ihrer E-Mail führt zu Ihrer Bestellung.',
  },
  linkInvalid: {
    title: 'Dieser Link funktioniert nicht',
    text: 'Vielleicht ist beim Kopieren ein Teil verloren gegangen. Bitte versuchen Sie es noch einmal mit dem Link in der E-Mail.',
  },
  story: {
    confirming: {
      title: 'Ihre Zahlung wird bestätigt',
      text: 'Wir warten auf die Bestätigung Ihrer Zahlung. Das dauert nur einen Moment; bitte zahlen Sie nicht noch einmal.',
    },
    toPay: {
      title: 'Ihre Bestellung wartet auf Ihre Zahlung',
      text: 'Bitte zahlen Sie mit den folgenden Angaben. Sobald Ihre Zahlung eingegangen ist, schicken wir Ihnen eine E-Mail.',
    },
    processing: {
      title: 'Ihre Zahlung ist unterwegs',
      text: 'Ihre Bank bearbeitet die Zahlung, das kann einige Tage dauern. Sobald sie eingegangen ist, schicken wir Ihnen eine E-Mail.',
    },
    beingChecked: {
      title: 'Ihre Zahlung ist eingegangen',
      text: 'Wir prüfen noch eine Einzelheit Ihrer Bestellung. Sie müssen nichts tun; wir melden uns per E-Mail.',
    },
    checking: {
      title: 'Wir prüfen noch etwas',
      text: 'Bevor es mit Ihrer Bestellung weitergeht, prüfen wir noch eine Einzelheit. Sie müssen nichts tun; wir melden uns per E-Mail.',
    },
    refundFailed: {
      title: 'Ihre Erstattung ist fehlgeschlagen',
      text: 'Ihr Geld ist sicher. Sie müssen nichts tun: Wir versuchen es erneut oder melden uns bei Ihnen, um einen anderen Weg zu finden.',
    },
    paid: {
      title: 'Bezahlt, vielen Dank',
      text: 'Ihre Zahlung ist eingegangen. Wir bereiten Ihre Bestellung vor.',
    },
    preparing: {
      title: 'Bezahlt und in Vorbereitung',
      text: 'Ihre Zahlung ist eingegangen, und Ihre Artikel werden gerade verpackt. Sobald sie verschickt sind, schicken wir Ihnen eine E-Mail.',
    },
    anotherParcel: {
      title: 'Ein weiteres Paket folgt',
      text: 'Ein Paket ist verschickt, ein weiteres wird gerade gepackt.',
    },
    downloadsReady: 'Ihre Downloads stehen schon bereit.',
    keysReady: 'Ihre Lizenzschlüssel stehen schon bereit.',
    bothReady: 'Ihre Downloads und Lizenzschlüssel stehen schon bereit.',
    shipped: { title: 'Unterwegs zu Ihnen', text: 'Ihre Bestellung ist verschickt.' },
    downloads: {
      title: 'Bezahlt, vielen Dank',
      text: 'Ihre Downloads stehen bereit. Die Links haben wir Ihnen auch per E-Mail geschickt.',
    },
    keys: {
      title: 'Bezahlt, vielen Dank',
      text: 'Ihre Lizenzschlüssel stehen bereit. Sie finden sie auch in unserer E-Mail.',
    },
    downloadsAndKeys: {
      title: 'Bezahlt, vielen Dank',
      text: 'Ihre Downloads und Lizenzschlüssel stehen bereit. Sie finden sie auch in unserer E-Mail.',
    },
    complete: { title: 'Abgeschlossen', text: 'Alles aus dieser Bestellung ist geliefert. Vielen Dank.' },
    paymentFailed: {
      title: 'Die Zahlung ist fehlgeschlagen',
      text: 'Ihre Bank hat sie nicht ausgeführt. Es wurde nichts abgebucht, und die Bestellung ist geschlossen.',
    },
    expired: {
      title: 'Der Bestellvorgang ist abgelaufen',
      text: 'Es wurde nichts abgebucht. Die Artikel, die wir für Sie reserviert hatten, sind wieder für alle verfügbar.',
    },
    soldOut: {
      title: 'Ausverkauft',
      text: 'Jemand war schneller, und für Ihre Bestellung war nicht mehr genug vorrätig. Es wurde nichts abgebucht.',
    },
    cancelled: { title: 'Bestellung storniert', text: 'Für diese Bestellung wurde nichts abgebucht.' },
    refunded: 'Erstattet',
    soldOutAndRefunded: 'Ausverkauft und erstattet',
    cannotDeliver: 'Für Ihre Bestellung war nicht mehr genug vorrätig. Leider können wir nicht liefern.',
    refundWaits: 'Für Ihre Erstattung fehlt noch eine Angabe von Ihnen.',
    returned: (amount) =>
      `Wir haben Ihnen ${amount} auf dem Weg erstattet, auf dem Sie bezahlt haben. In der Regel dauert es 5 bis 10 Bankarbeitstage, bis der Betrag auf Ihrem Konto erscheint.`,
    paidAnotherWay: (amount) =>
      `Wir haben Ihnen ${amount} auf einem anderen Weg zurückgezahlt, wie mit Ihnen vereinbart.`,
    returnedByBank: 'Ihre Bank hat Ihnen das Geld zurückgegeben.',
    restByBank: 'Den Rest hat Ihnen Ihre Bank zurückgegeben.',
    unknown: { title: 'Ihre Bestellung', text: 'Diese Seite aktualisiert sich von selbst.' },
    ifItTakesLonger:
      'Sie können diese Seite schließen: Sobald die Zahlung bestätigt ist, bearbeiten wir Ihre Bestellung und schicken Ihnen eine E-Mail.',
    bankDetails: {
      title: 'Für Ihre Erstattung fehlt Ihre Bankverbindung',
      text: (amount) =>
        `Wir haben eine Erstattung über ${amount} veranlasst, sie kann aber nicht auf dem Weg erfolgen, auf dem Sie bezahlt haben. Stripe, unser Zahlungsdienstleister, hat Ihnen eine E-Mail geschickt, in der Sie um Ihre Bankverbindung gebeten werden. Bitte antworten Sie darauf: Ohne Antwort verfällt die Erstattung nach einigen Wochen.`,
    },
  },
};

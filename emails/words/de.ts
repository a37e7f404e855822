import { pluralIn } from '../../domain/plural';
import { de as shared } from '../../domain/words/de';
import type { MailWords } from './en';

const count = pluralIn('de');

/** The German of en.ts. Customers are addressed as “Sie”; of withdrawals it speaks as the BGB does (§§ 355 to 357). */
export const de: MailWords = {
  ...shared,
  why: (shop) => `Sie erhalten diese E-Mail, weil diese Adresse bei einer Bestellung bei ${shop} angegeben wurde.`,
  about: (headline, number) => `${headline}: Bestellung ${number}`,
  viewOrder: 'Bestellung ansehen',
  linkWorksUntil: (date) => `Der Link ist bis zum ${date} gültig.`,
  mayHaveChanged: 'Preise und Verfügbarkeit können sich inzwischen geändert haben.',
  facts: {
    order: 'Bestellung',
    orderTotal: 'Gesamtbetrag',
    thisRefund: 'Diese Erstattung',
    totalRefunded: 'Insgesamt erstattet',
    refundedSoFar: 'Bisher erstattet',
  },
  confirmation: {
    subject: (number, shop) => `Ihre Bestellung ${number} bei ${shop}`,
    title: 'Vielen Dank für Ihre Bestellung',
    paid: 'Ihre Zahlung ist eingegangen.',
    free: 'Es ist nichts zu bezahlen.',
    downloadsThenGoods:
      'Ihre Downloads stehen bereit. Sobald der Rest unterwegs ist, schicken wir Ihnen eine weitere E-Mail.',
    downloads: 'Ihre Downloads stehen bereit.',
    keysThenGoods:
      'Ihre Lizenzschlüssel finden Sie unten. Sobald der Rest unterwegs ist, schicken wir Ihnen eine weitere E-Mail.',
    keys: 'Ihre Lizenzschlüssel finden Sie unten.',
    goods: 'Wir bereiten Ihre Bestellung vor und schicken Ihnen eine E-Mail, sobald sie unterwegs ist.',
    complete: 'Ihre Bestellung ist abgeschlossen.',
    yourKeys: 'Ihre Lizenzschlüssel',
    yourDownloads: 'Ihre Downloads',
    linkWorks: (times, date) =>
      `Sie können diesen Link bis zum ${date} ${count(times, { one: 'einmal', other: `${times}-mal` })} nutzen.`,
    shippingTo: 'Lieferadresse',
    changedMind:
      'Haben Sie es sich anders überlegt? Auf der Seite Ihrer Bestellung können Sie sie stornieren, solange sie nicht verschickt ist, und Ihr Widerrufsrecht ausüben.',
  },
  shipped: {
    whole: 'Ihre Bestellung ist unterwegs',
    part: 'Ein Teil Ihrer Bestellung ist unterwegs',
    preview: (number, carrier, trackingNumber) =>
      `Bestellung ${number} wurde mit ${carrier} verschickt, Sendungsnummer ${trackingNumber}.`,
    handedOver: (number) => `Wir haben Ihre Bestellung ${number} an den Versanddienst übergeben.`,
    partHandedOver: (number) =>
      `Wir haben einen Teil Ihrer Bestellung ${number} an den Versanddienst übergeben. Der Rest folgt.`,
    carrier: 'Versanddienst',
    trackingNumber: 'Sendungsnummer',
    track: 'Zur Sendungsverfolgung',
    inThisParcel: 'In diesem Paket',
    stillToCome: 'Folgt noch',
    weWillMail: 'Wir schicken Ihnen eine E-Mail, sobald der Rest unterwegs ist.',
  },
  returned: {
    title: 'Ihre Rücksendung ist eingetroffen',
    arrived: (number) => `Ihre Rücksendung zur Bestellung ${number} ist bei uns eingetroffen.`,
    thanks: 'Vielen Dank.',
    whatArrived: 'Das haben wir erhalten',
    refunding: (amount) => `Wir erstatten Ihnen dafür ${amount}. Zur Erstattung erhalten Sie eine eigene E-Mail.`,
  },
  refunded: {
    done: (amount) => `Wir haben Ihnen ${amount} erstattet`,
    initiated: (amount) => `Ihre Erstattung über ${amount} ist veranlasst`,
    onItsWay: (amount) => `Der Betrag von ${amount} geht auf dem Weg an Sie zurück, auf dem Sie bezahlt haben.`,
    weInitiated: (amount) =>
      `Wir haben eine Erstattung über ${amount} auf dem Weg veranlasst, auf dem Sie bezahlt haben. Sie müssen nichts tun.`,
    needsYou: (amount) =>
      `Wir haben eine Erstattung über ${amount} veranlasst und brauchen dafür Ihre Mithilfe: Das Geld kann nicht auf dem Weg zurückgehen, auf dem Sie bezahlt haben.`,
    stripeAsks: (shop) =>
      `Stripe, der Zahlungsdienstleister von ${shop}, hat Ihnen eine E-Mail geschickt, in der Sie um Ihre Bankverbindung gebeten werden. Bitte antworten Sie darauf. Ohne Antwort verfällt die Erstattung nach einigen Wochen, und das Geld geht an uns zurück.`,
    weNeverAsk:
      'Sehen Sie bitte auch in Ihrem Spam-Ordner nach. Wir selbst fragen nie nach Ihrer Bankverbindung; bitte schicken Sie sie uns nicht.',
    howLong: 'In der Regel dauert es 5 bis 10 Bankarbeitstage, bis der Betrag auf Ihrem Konto erscheint.',
    howLongAfterDetails:
      'Sobald Sie Ihre Bankverbindung angegeben haben, dauert es in der Regel 5 bis 10 Bankarbeitstage, bis der Betrag auf Ihrem Konto erscheint.',
    reasons: {
      requested_by_customer: 'Die Erstattung erfolgt, wie von Ihnen gewünscht.',
      duplicate: 'Offenbar haben Sie dieselbe Bestellung zweimal bezahlt. Deshalb erstatten wir eine der Zahlungen.',
      out_of_stock: 'Es tut uns leid: Von einem Artikel, den Sie bestellt haben, ist nicht mehr genug vorrätig.',
      damaged: 'Es tut uns leid, dass Ihre Bestellung beschädigt angekommen ist.',
      other: 'Sie erhalten eine Erstattung zu Ihrer Bestellung.',
    },
  },
  refundFailed: {
    title: (amount) => `Ihre Erstattung${amount ? ` über ${amount}` : ''} ist fehlgeschlagen`,
    safe: 'Ihr Geld ist bei uns sicher, und Sie bekommen es.',
    cameBack: (number) =>
      `Wir wollten Ihnen zu Ihrer Bestellung ${number} Geld erstatten, es kam aber zu uns zurück. Das kann vorkommen, wenn eine Karte oder ein Konto gekündigt wurde oder keine Erstattungen annimmt, oder wenn Stripe um eine Bankverbindung gebeten und keine Antwort erhalten hat.`,
    sorry:
      'Das tut uns leid. Ihr Geld ist bei uns sicher, und wir kümmern uns darum. Sie müssen nichts tun: Wir versuchen es erneut oder melden uns bei Ihnen, um einen anderen Weg zu finden.',
    ifChanged:
      'Falls sich Ihre Karte oder Ihr Konto geändert hat, antworten Sie bitte auf diese E-Mail. Schicken Sie uns bitte keine Kartennummern.',
  },
  processing: {
    title: 'Wir warten auf Ihre Zahlung',
    weWillMail: 'Sobald Ihre Zahlung eingegangen ist, schicken wir Ihnen eine E-Mail.',
    thanks:
      'Vielen Dank für Ihre Bestellung. Bei Ihrer Zahlungsart dauert es meist einige Tage, bis die Zahlung bei uns eingeht.',
    thenPrepare: 'Dann schicken wir Ihnen eine E-Mail und bereiten Ihre Bestellung vor.',
    thenDeliver: 'Dann schicken wir Ihnen eine E-Mail mit Ihrer Bestellung.',
    payWithThese: 'Bitte zahlen Sie mit den folgenden Angaben. Bis dahin gilt Ihre Bestellung als nicht bezahlt.',
    payIfAsked:
      'Wenn Sie einen Zahlschein oder die Angaben für eine Überweisung erhalten haben, zahlen Sie bitte damit. Andernfalls müssen Sie nichts tun.',
    atStore: (name) => `Bei ${name}`,
    ifItFails: 'Kommt die Zahlung nicht zustande, wird nichts abgebucht, und wir geben Ihnen Bescheid.',
  },
  paymentFailed: {
    title: 'Ihre Zahlung ist fehlgeschlagen',
    preview: (number, amount) =>
      `Bestellung ${number}, ${amount}: Es wurde nichts abgebucht. Sie können es erneut versuchen.`,
    failed: (number) =>
      `Die Zahlung für Ihre Bestellung ${number} ist fehlgeschlagen, und es wurde nichts abgebucht. Die Bestellung ist geschlossen, und die Artikel sind nicht mehr für Sie reserviert.`,
    ifYouStillWant:
      'Wenn Sie die Artikel noch möchten, können Sie es gern erneut versuchen, auf Wunsch mit einer anderen Zahlungsart.',
    tryAgain: 'Erneut versuchen',
    whatYouOrdered: 'Das hatten Sie bestellt',
    whoKnowsWhy: 'Warum die Zahlung fehlgeschlagen ist, erfahren Sie von Ihrer Bank oder Ihrem Zahlungsanbieter.',
  },
  expired: {
    subject: (shop) => `Ihr Warenkorb bei ${shop} ist gespeichert`,
    title: 'Ihr Warenkorb ist gespeichert',
    expired: 'Ihr Bestellvorgang ist abgelaufen, und es wurde nichts abgebucht.',
    declined:
      'Ihre Karte wurde abgelehnt, und der Bestellvorgang ist inzwischen abgelaufen. Es wurde nichts abgebucht.',
    pickUp: 'Sie können da weitermachen, wo Sie aufgehört haben.',
    notHeld:
      'Die Artikel sind nicht mehr für Sie reserviert, aber Ihr Warenkorb ist noch so, wie Sie ihn verlassen haben.',
    toCart: 'Zurück zum Warenkorb',
    ignore: 'Wenn Sie nicht mehr bestellen möchten, können Sie diese E-Mail ignorieren.',
    unsubscribe: 'Erinnerungen abbestellen',
  },
  backInStock: {
    subject: (name) => `${name} ist wieder erhältlich`,
    preview: 'Sie wollten Bescheid bekommen.',
    why: (shop) =>
      `Sie erhalten diese E-Mail, weil jemand ${shop} gebeten hat, diese Adresse über diesen Artikel zu informieren.`,
    available: (name) =>
      `Sie wollten wissen, wann es diesen Artikel wieder gibt: ${name}. Er ist jetzt wieder erhältlich, solange der Vorrat reicht. Wir haben keinen für Sie zurückgelegt.`,
    toShop: 'Zum Shop',
    onlyOnce:
      'Dies ist die einzige E-Mail dazu: Ihre Adresse steht nicht mehr auf der Liste. Falls Sie nicht darum gebeten haben, können Sie diese E-Mail ignorieren.',
  },
  withdrawal: {
    title: 'Wir haben Ihren Widerruf erhalten',
    preview: (number, moment) => `Bestellung ${number}, ${moment}. Bitte bewahren Sie diese E-Mail auf.`,
    keep: 'Bitte bewahren Sie diese E-Mail auf: Sie ist die Eingangsbestätigung Ihres Widerrufs.',
    statement: 'Ihre Erklärung',
    iWithdraw: (number, shop) => `„Hiermit widerrufe ich den Vertrag über die Bestellung ${number} bei ${shop}.“`,
    received: 'Eingegangen',
    name: 'Name',
    whatNow: 'So geht es weiter',
    undone:
      'Von Ihrer Bestellung wurde noch nichts geliefert. Sie erhalten daher den gesamten Betrag auf dem Weg zurück, auf dem Sie bezahlt haben. Sobald er unterwegs ist, schicken wir Ihnen eine E-Mail.',
    late: 'Ihre Erklärung ging nach Ablauf der Widerrufsfrist ein. Wir prüfen sie und schreiben Ihnen.',
    begun: (names) => `Für ${names} kann das Widerrufsrecht erloschen sein, weil die Lieferung bereits erfolgt ist.`,
    sendBack:
      'Bitte schicken Sie, was Sie erhalten haben, innerhalb von 14 Tagen ab heute zurück. Auch die Erstattung ist innerhalb von 14 Tagen fällig; wir können sie aber verweigern, bis wir die Waren zurückerhalten haben oder Sie nachgewiesen haben, dass Sie sie zurückgesandt haben.',
    staffKnow: 'Unser Team ist informiert und kümmert sich um Ihre Erstattung.',
    ifNotYou: 'Falls diese Erklärung nicht von Ihnen stammt, antworten Sie bitte umgehend auf diese E-Mail.',
  },
  returnRequest: {
    title: 'Wir haben Ihre Rückgabeanfrage erhalten',
    received: (number) => `Sie möchten Artikel aus Ihrer Bestellung ${number} zurückgeben.`,
    whatYouAsk: 'Diese Artikel möchten Sie zurückgeben',
    whatNow: 'So geht es weiter',
    staffAnswer:
      'Unser Team ist informiert und schreibt Ihnen. Bitte behalten Sie die Artikel bis dahin. Erstattet wurde noch nichts.',
    ifNotYou: 'Falls diese Anfrage nicht von Ihnen stammt, antworten Sie bitte auf diese E-Mail.',
    declinedTitle: 'Zu Ihrer Rückgabeanfrage',
    declined: (number) => `Wir nehmen die Artikel aus Ihrer Bestellung ${number} nicht zurück.`,
    weWrite: 'Nachricht unseres Teams',
    questions: 'Wenn Sie Fragen haben, antworten Sie bitte auf diese E-Mail.',
  },
};

import { pluralIn } from '../../../domain/plural';
import { de as shared } from '../../../domain/words/de';
import type { PageWords } from './en';

const count = pluralIn('de');

/** The German of en.tsx. “Vertrag widerrufen” and “Widerruf bestätigen” are the words of § 356a BGB. */
export const de: PageWords = {
  ...shared,
  backToOrder: 'Zurück zu Ihrer Bestellung',
  yourName: 'Ihr Name',
  problems: {
    somethingWrong: {
      title: 'Bei uns ist etwas schiefgegangen',
      text: 'Ihre Bestellung ist sicher. Bitte versuchen Sie es gleich noch einmal.',
    },
    incomplete: {
      title: 'Es fehlt etwas',
      text: 'Bitte gehen Sie zurück und füllen Sie alle Felder aus, jedes mit einer einzigen Zeile.',
    },
    tooMany: {
      title: 'Zu viele Versuche',
      text: (when) =>
        `Es gab zu viele Versuche in kurzer Zeit. Bitte versuchen Sie es ${when ?? 'in einer Minute'} noch einmal.`,
    },
    unavailable: {
      title: 'Einen Moment, bitte',
      text: 'Wir können das gerade nicht anzeigen. Falls Sie bezahlt haben, sind Ihre Zahlung und Ihre Bestellung sicher.',
    },
    download: {
      missing: {
        title: 'Die Datei ist gerade nicht da',
        text: 'Bitte versuchen Sie es später noch einmal, oder fragen Sie den Shop.',
      },
      expired: { title: 'Dieser Link ist abgelaufen', text: 'Bitte fragen Sie den Shop nach einem neuen.' },
      revoked: {
        title: 'Dieser Link gilt nicht mehr',
        text: 'Der Kauf wurde storniert oder erstattet, oder die Zahlung wurde zurückgeholt.',
      },
      usedUp: {
        title: 'Keine Downloads mehr übrig',
        text: 'Die Datei wurde so oft heruntergeladen, wie dieser Link es zulässt. Bitte fragen Sie den Shop nach einem neuen.',
      },
    },
    triesAgain: 'Diese Seite versucht es von selbst noch einmal.',
  },
  page: {
    noNeedToWait: 'Falls das länger als eine Minute dauert, brauchen Sie nicht zu warten.',
    ifNotPaid: 'Falls Sie die Zahlung nicht abgeschlossen haben, wurde nichts abgebucht.',
    howToPay: 'So bezahlen Sie',
    payAtStore: (code, confirmation) =>
      `Zahlungscode ${code}${confirmation ? `, Bestätigungsnummer ${confirmation}` : ''}`,
    downloads: 'Downloads',
    linkExpired: (date) => <>Der Link ist am {date} abgelaufen</>,
    noneLeft: 'Keine Downloads mehr übrig',
    left: (times, date) => (
      <>
        Noch {count(times, { one: '1 Download', other: `${times} Downloads` })}, bis zum {date}
      </>
    ),
    parcels: (number) => count(number, { one: 'Paket', other: 'Pakete' }),
    delivered: (date) => <>Zugestellt am {date}</>,
    shipped: (date) => <>Verschickt am {date}</>,
    whatYouOrdered: 'Ihre Artikel',
    refunded: 'Erstattet',
    asOf: (moment) => <>Stand: {moment}</>,
    complete: 'Bestellung abschließen',
    toShop: 'Zurück zum Shop',
  },
  packing: {
    title: (number) => `Lieferschein ${number}`,
    order: (number) => `Bestellung ${number}`,
    orderedOn: (date) => `Bestellt am ${date}`,
    shippedOn: (parcel, date) => `${parcel}, versendet am ${date}`,
    noAddress: 'Die Adresse ist nicht bekannt oder wurde gelöscht.',
    nothingLeft: 'Von dieser Bestellung ist nichts mehr zu versenden.',
    quantity: 'Menge',
    item: 'Artikel',
    sku: 'Artikelnummer',
  },
  selfService: {
    changedMind: 'Haben Sie es sich anders überlegt?',
    cancel: 'Bestellung stornieren',
    withdrawn: 'Sie haben diesen Vertrag widerrufen',
    receivedOn: (moment) => <>Ihr Widerruf ist am {moment} bei uns eingegangen.</>,
    whatNow: 'So geht es weiter',
    seeWithdrawal: 'Widerruf ansehen',
    cancelling: {
      title: 'Ihre Stornierung ist eingegangen',
      text: 'Wir stornieren diese Bestellung. Falls Sie bezahlt haben, erhalten Sie Ihr Geld auf demselben Weg zurück.',
    },
    noReasonUntil: (date) => <>Ohne Angabe von Gründen, bis zum {date}.</>,
    noReason: 'Ohne Angabe von Gründen, bis 14 Tage nach der Lieferung.',
    asGuest: (link) => (
      <>
        Über den Link in unseren E-Mails können Sie stornieren und widerrufen. Ohne ihn: {link('Vertrag widerrufen')}.
      </>
    ),
  },
  giveBack: {
    ask: 'Rückgabe anfragen',
    title: 'Was möchten Sie zurückgeben?',
    howMany: (name, most) => `${name}: wie viele von ${most}?`,
    reason: 'Warum? Das müssen Sie nicht angeben.',
    onlyStaff: 'Das liest nur unser Team.',
    whatFollows: 'Unser Team schreibt Ihnen. Bitte behalten Sie die Artikel bis dahin. Vorher wird nichts erstattet.',
    orWithdraw: 'Sie können auch den ganzen Vertrag widerrufen, ohne Angabe von Gründen:',
    send: 'Rückgabe dieser Artikel anfragen',
    pick: 'Bitte geben Sie an, wie viele Sie von welchem Artikel zurückgeben möchten.',
    received: 'Wir haben Ihre Anfrage erhalten',
    more: 'Möchten Sie noch etwas zurückgeben?',
    nothing: {
      title: 'Es gibt nichts zurückzugeben',
      text: 'Von dieser Bestellung wurde nichts geliefert, was Sie nicht schon zurückgeschickt haben oder zurückgeben möchten.',
    },
    changed: {
      title: 'Diese Bestellung hat sich geändert',
      text: 'Ein Teil der gewählten Artikel kann nicht mehr zurückgegeben werden. Bitte sehen Sie sich Ihre Bestellung an und versuchen Sie es noch einmal.',
    },
    yours: 'Ihre Rückgabeanfragen',
    askedOn: (moment) => <>Angefragt am {moment}.</>,
    states: {
      open: 'Unser Team schreibt Ihnen.',
      returned: 'Die Artikel sind wieder bei uns. Vielen Dank.',
      declined: 'Wir nehmen die Artikel nicht zurück.',
    },
  },
  cancel: {
    title: 'Bestellung stornieren?',
    text: 'Die ganze Bestellung wird storniert. Falls Sie bezahlt haben, erhalten Sie den gesamten Betrag auf demselben Weg zurück.',
    keep: 'Nein, Bestellung behalten',
    tooLate: 'Für eine Stornierung ist es zu spät',
    ended: { title: 'Diese Bestellung ist beendet', text: 'Sie wurde nicht bezahlt. Es gibt nichts zu stornieren.' },
    already: { title: 'Diese Bestellung ist bereits storniert', text: 'Es gibt nichts mehr zu stornieren.' },
    disputed: {
      title: 'Ihre Bank prüft diese Zahlung',
      text: 'Solange das dauert, können wir weder stornieren noch erstatten. Über das Geld entscheidet Ihre Bank.',
    },
    repaid: {
      title: 'Ihre Bank hat Ihnen das Geld zurückgegeben',
      text: 'Es gibt nichts mehr zu stornieren.',
    },
    downloadBegun: 'Ein Download dieser Bestellung hat bereits begonnen, oder Sie haben ihre Lizenzschlüssel.',
    shipped: 'Ihre Bestellung ist bereits verschickt.',
    delivered: 'Ihre Bestellung ist bereits geliefert.',
    mayWithdraw: 'Ihr Widerrufsrecht besteht weiter:',
  },
  withdrawal: {
    label: 'Vertrag widerrufen',
    confirm: 'Widerruf bestätigen',
    received: 'Wir haben Ihren Widerruf erhalten',
    nothing: {
      title: 'Es gibt nichts zu widerrufen',
      text: 'Diese Bestellung ist nicht bezahlt, bereits rückabgewickelt, oder die Widerrufsfrist ist abgelaufen.',
    },
    receipt: (number, moment) => (
      <>
        Bestellung {number}, eingegangen am {moment}. Die Eingangsbestätigung haben wir Ihnen per E-Mail geschickt.
      </>
    ),
    undone:
      'Von dieser Bestellung wurde noch nichts geliefert. Was Sie bezahlt haben, erhalten Sie daher auf demselben Weg zurück.',
    sendBack:
      'Bitte schicken Sie, was Sie erhalten haben, innerhalb von 14 Tagen zurück. Auch die Erstattung ist innerhalb von 14 Tagen fällig; wir können sie aber verweigern, bis wir die Waren zurückerhalten haben oder Sie nachgewiesen haben, dass Sie sie zurückgesandt haben.',
    staffRefund: 'Wir kümmern uns um Ihre Erstattung. Sie ist innerhalb von 14 Tagen fällig.',
    iWithdraw: (number) =>
      `„Hiermit widerrufe ich den Vertrag über die Bestellung ${number}.“ Sie brauchen keine Gründe anzugeben.`,
    receiptGoes: 'Die Eingangsbestätigung geht sofort an die E-Mail-Adresse der Bestellung.',
    begun: (names) =>
      `Für ${names} kann das Widerrufsrecht erloschen sein, weil diese Artikel bereits geliefert wurden, falls Sie dem zugestimmt haben.`,
    mayBeExempt:
      'Für einen Download kann das Widerrufsrecht erlöschen, sobald er begonnen hat, falls Sie dem zugestimmt haben.',
  },
  unsubscribe: {
    ask: 'Keine Erinnerungen mehr?',
    noMore: 'Wir schreiben Ihnen dann nicht mehr, wenn Sie einen Bestellvorgang nicht abgeschlossen haben.',
    others: 'E-Mails zu Ihren Bestellungen erhalten Sie weiterhin.',
    button: 'Abbestellen',
    done: 'Die Erinnerungen sind abbestellt',
    doneText:
      'Wir erinnern Sie nicht mehr an Bestellvorgänge, die Sie nicht abgeschlossen haben. E-Mails zu Ihren Bestellungen erhalten Sie weiterhin.',
  },
  guest: {
    period: 'Jederzeit bis 14 Tage nach der Lieferung. Sie brauchen keine Gründe anzugeben.',
    quicker:
      'Schneller geht es über den Link in unseren E-Mails. Für Lizenzschlüssel und Downloads, die begonnen haben, kann das Widerrufsrecht erloschen sein, falls Sie dem beim Kauf zugestimmt haben.',
    orderNumber: 'Bestellnummer',
    email: 'E-Mail-Adresse der Bestellung',
    goOn: 'Weiter',
    isThisRight: 'Ist das richtig?',
    iWithdraw: (name, number) => `„Hiermit widerrufe ich, ${name}, den Vertrag über die Bestellung ${number}.“`,
    receiptGoes: (email) =>
      `Die Eingangsbestätigung schicken wir an ${email}, falls das die Adresse der Bestellung ist.`,
    change: 'Nein, ändern',
    sent: 'Ihre Erklärung ist abgeschickt',
    arrived: (moment) => `Sie ist am ${moment} bei uns eingegangen.`,
    recorded:
      'Wenn Nummer und Adresse zu einer Bestellung gehören, ist Ihr Widerruf vermerkt, und die Eingangsbestätigung ist unterwegs an diese Adresse.',
    ifNoMail:
      'Falls in den nächsten Minuten keine E-Mail kommt, sind die Nummer oder die Adresse vielleicht nicht richtig: Bitte sehen Sie in Ihrer Bestellbestätigung nach und versuchen Sie es noch einmal, oder schreiben Sie uns.',
  },
};

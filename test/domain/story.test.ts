import type { ActionFacts } from '../../domain/action-facts';
import { haltOf } from '../../domain/halt';
import { DECISIONS } from '../../domain/order';
import { type StoryOrder, storyOf } from '../../domain/story';
import { de } from '../../domain/words/de';
import { en } from '../../domain/words/en';

const none = { amount: 0, currency: 'eur' };
const order = (change: Partial<StoryOrder> = {}): StoryOrder => ({
  ...{ status: 'PREPARING', paymentStatus: 'PAID', shipments: [], downloads: [], licenceKeys: [], voucher: null },
  ...{ total: { amount: 3600, currency: 'eur' }, refunded: none, refundAwaitsBankDetails: null, soldOut: false },
  ...change,
});
const key = { revoked: false };

describe('what keeps an order from going on', () => {
  const paid: ActionFacts = { status: 'PREPARING', paymentStatus: 'PAID', stock: 'COMMITTED' };

  test.each<[string, Partial<ActionFacts>, string | null]>([
    ['nothing', {}, null],
    ['a dispute', { disputed: true }, 'check'],
    ['a hold', { shippingHold: 'address' }, 'check'],
    ['a review', { reviewOpen: true }, 'check'],
    ['a fraud warning', { fraudWarning: true }, 'check'],
    ['a cancel', { cancelling: true }, 'check'],
    ['goods that went back', { stock: 'RETURNED' }, 'check'],
    ['a dispute lost in full', { lost: true, reports: [DECISIONS.disputeLost] }, 'repaid'],
    ['a dispute lost in part', { reports: [DECISIONS.disputeLost] }, 'check'],
    ['nothing, once staff have taken note of the loss', { lost: true }, null],
    ['the failed refund of all', { stock: 'RETURNED', pendingDecision: DECISIONS.refundFailed }, 'refund_failed'],
    ['the refused refund of a cancel', { cancelRefused: true, pendingDecision: 'refund-refused' }, 'refund_failed'],
    ['nothing, after the failed refund of a part', { pendingDecision: DECISIONS.refundFailed }, null],
    ['nothing, while money that came late is due', { status: 'CANCELLED', stock: 'RELEASED' }, null],
    [
      'the failed refund of money that came late',
      { status: 'CANCELLED', stock: 'RELEASED', pendingDecision: DECISIONS.refundFailed },
      'refund_failed',
    ],
    ['nothing, once it is sent', { status: 'SHIPPED', disputed: true }, null],
  ])('is %s', (_what, change, halt) => expect(haltOf({ ...paid, ...change })).toBe(halt));
});

describe('the story', () => {
  test('of an order that is halted never says that it is being packed', () => {
    for (const words of [en, de])
      for (const halted of ['check', 'refund_failed', 'repaid'] as const) {
        const { title, text } = storyOf(order({ halted }), words.story, words.language);
        expect(`${title} ${text}`).not.toMatch(/prepared|packed|Vorbereitung|verpackt/);
      }
    expect(storyOf(order({ halted: 'refund_failed' }), en.story, 'en').title).toBe('Your refund did not go through');
    expect(storyOf(order({ status: 'CANCELLED', halted: 'refund_failed' }), en.story, 'en').text).toContain('safe');
    expect(storyOf(order({ halted: 'repaid' }), en.story, 'en').text).toBe('Your bank has given your money back.');
  });

  test('says what was paid back in another way, beside what went back the way it was paid', () => {
    const eur = (amount: number) => ({ amount, currency: 'eur' });
    const text = (refunded: number, elsewhere: number) => {
      const change = { refunded: eur(refunded), refundedElsewhere: eur(elsewhere) };
      return storyOf(order({ status: 'REFUNDED', ...change }), en.story, 'en').text;
    };
    expect(text(3600, 3600)).toBe('We have paid you back €36.00 in another way, as we have agreed with you.');
    expect(text(3600, 600)).toMatch(/^We have returned €30\.00 to your original .* back €6\.00 in another way/);
    expect(text(3600, 0)).toMatch(/^We have returned €36\.00 to your original [^€]*$/);
    expect(text(1000, 1000)).toMatch(/^We have paid you back €10\.00 .* Your bank has given you the rest\.$/);
  });

  test('names downloads and licence keys where an order has both', () => {
    const both = { downloads: [{}], licenceKeys: [key] };
    expect(storyOf(order(both), en.story, 'en').text).toMatch(/Your downloads and licence keys are ready now\.$/);
    expect(storyOf(order({ ...both, halted: 'check' }), en.story, 'en').text).toMatch(/downloads and licence keys/);
    expect(storyOf(order({ ...both, status: 'COMPLETED' }), de.story, 'de').text).toMatch(/Downloads und Lizenz/);
    expect(storyOf(order({ licenceKeys: [key] }), de.story, 'de').text).toMatch(/Ihre Lizenzschlüssel stehen/);
  });

  test('says by whom the money was given back, if the bank took a part of it', () => {
    const refunded = { amount: 1000, currency: 'eur' };
    for (const change of [{ status: 'REFUNDED' }, { halted: 'repaid' }] as const)
      expect(storyOf(order({ ...change, refunded }), en.story, 'en').text).toMatch(
        /^We have returned €10\.00 .* Your bank has given you the rest\.$/,
      );
    expect(storyOf(order({ status: 'REFUNDED' }), en.story, 'en').text).toBe('Your bank has given your money back.');
  });

  test('writes the refund as its locale does, and says how long it takes as the mails do', () => {
    const refunded = { amount: 3600, currency: 'eur' };
    const { text } = storyOf(order({ status: 'REFUNDED', refunded }), de.story, 'de');
    expect(text).toMatch(/36,00\s€/);
    expect(text).toContain('5 bis 10 Bankarbeitstage');
  });
});

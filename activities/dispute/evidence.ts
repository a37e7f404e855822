import { type EvidenceFacts, gatherEvidence } from '../../domain/evidence';
import type { DisputeId } from '../../domain/ids';
import { TEMPLATES, type Template } from '../../emails';
import { type DisputedOrder, saveGathered } from '../../store/disputes/evidence';
import type { Deps } from '../deps';
import { addressLines } from '../mail/facts';

/** Gathering what answers a dispute, from the database alone. */
export const evidencePacks = ({ db, clock }: Deps) => ({
  /** Writes the evidence as things stand, unless staff have changed it, or it is being submitted or was. */
  async gatherEvidence({ disputeId }: { disputeId: DisputeId }): Promise<void> {
    await saveGathered(db, {
      id: disputeId,
      at: new Date(clock.now()),
      gather: (order) => gatherEvidence(factsOf(order)),
    });
  },
});

const factsOf = ({ customer, mails, ...order }: DisputedOrder): EvidenceFacts => ({
  ...order,
  customer: customer && { ...customer, address: addressLines(customer, 'en') ?? [] },
  mails: mails.flatMap(({ template, sentAt }) =>
    Object.hasOwn(TEMPLATES, template) ? [{ title: TEMPLATES[template as Template].title, sentAt }] : [],
  ),
});

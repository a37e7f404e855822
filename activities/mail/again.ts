import { whyNot } from '../../domain/actions';
import { isFirstKey, isRecoveryMail, subjectOfMail } from '../../domain/mail';
import { SHOPPER } from '../../domain/shopper-rules';
import { TEMPLATES } from '../../emails';
import { readOrderForMail } from '../../store/mails/order';
import { type MailAgain, pickedKey, pickMailRequest, removeMailRequest } from '../../store/mails/requests';
import { unsubscribedSince } from '../../store/mails/unsubscribed';
import { readActor } from '../../store/orders/request-actors';
import type { Deps } from '../deps';
import type { MailRequest } from './request';

/** The result of a request to send a mail again. */
export type Again = ({ outcome: 'send'; mail: MailRequest } | { outcome: 'refused'; reason: string }) & {
  /** Of the order, once it is written. */
  number?: string;
};

/** Activities that send a mail again, if a customer never got it or their address was corrected. */
export const emailAgain = ({ db, clock }: Deps) => {
  return {
    /**
     * The mail that is meant, about the order as it is now, or why there is none. Adds the request to the timeline. A
     * refusal is not remembered: the same request can be made again later.
     */
    async pickMail(request: MailAgain): Promise<Again> {
      const { sessionId, template, key } = request;
      const order = await readOrderForMail(db, sessionId);
      if (!order) return refuse(request, 'The order is not written yet');
      const { number } = order;
      const { title, audience } = TEMPLATES[template];
      const at = new Date(clock.now());
      const subject = subjectOfMail[template](order, at);
      const email = order.customer?.email ?? null;
      const reason = whyNot('send a mail again', {
        status: order.status,
        mail: {
          ...{ title, isTrue: subject !== null, lacksAddress: audience === 'customer' && !email },
          unsubscribed: isRecoveryMail(template) && email !== null && (await unsubscribedSince(db, email)) !== null,
        },
        erased: order.customer?.erased,
      });
      if (reason !== null) return { ...(await refuse(request, reason)), number };
      const isFirst = isFirstKey(key);
      const isAnswer = template === 'return_request_declined';
      const actor = isFirst && !isAnswer ? SHOPPER : await readActor(db, { sessionId, by: key });
      const message = `${title} ${isFirst ? 'is due' : 'asked for again'}`;
      const event = { type: 'mail', message, actor, key: pickedKey(key) };
      const ref = await pickMailRequest(db, { ...request, ref: subject?.ref ?? null, event, at });
      return { outcome: 'send', number, mail: { template, ...(ref !== null && { ref }), again: key } };
    },
  };

  async function refuse(request: MailAgain, reason: string): Promise<Again> {
    await removeMailRequest(db, request);
    return { outcome: 'refused', reason };
  }
};

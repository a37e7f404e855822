import { uuid4 } from '@temporalio/workflow';
import type { Submitted } from '../activities/dispute/submission';
import type { DisputeInput } from '../messages/dispute';
import { failureOf } from './failures';
import { moment } from './moment';
import { refusal } from './refusal';
import { stripe } from './steps';

/** Gives the evidence of a dispute to the bank when staff say so, one submission at a time. */
export class EvidenceSubmission {
  private last: Promise<unknown> = Promise.resolve();
  /** When the requests that are not answered yet came, in milliseconds since the epoch, the oldest first. */
  private readonly waiting: number[] = [];

  constructor(
    private readonly input: DisputeInput,
    private readonly run: DisputeToAnswer,
  ) {}

  /**
   * Submits the evidence. A second request gets the result of the first.
   * @param by the request's key
   * @throws the refusal
   */
  async submit(by: string): Promise<string> {
    this.waiting.push(Date.now());
    this.run.show();
    try {
      if (!(await this.run.ready())) throw refusal('The dispute is of no order here');
      const submitted = await this.ask({ ...this.input, submission: uuid4(), by });
      this.run.onAnswer();
      if (submitted.outcome === 'refused') throw refusal(submitted.reason);
      return submitted.status;
    } finally {
      this.waiting.shift();
      this.run.show();
    }
  }

  private async ask(request: DisputeInput & { submission: string; by: string }): Promise<Submitted> {
    const mine = this.last.then(() =>
      stripe.submitEvidence.executeWithOptions({ summary: 'Submits the evidence' }, [request]),
    );
    this.last = mine.catch(() => undefined);
    try {
      return await mine;
    } catch (error) {
      const { reason, passing } = failureOf(error);
      // Stripe may have taken it, and its answer was lost: the next submission looks at Stripe first.
      throw refusal(passing ? `${reason}. Send it again later: the bank gets the evidence once` : reason);
    }
  }

  /** What staff read while they have no answer: the form that they sent stays open until then. */
  get described(): string[] {
    const [since] = this.waiting;
    return since === undefined
      ? []
      : [
          `**The evidence is being submitted** since ${moment(since)}. It waits for Stripe, which is asked again and again; staff are answered within some minutes.`,
        ];
  }
}

/** What a submission needs of the run that follows the dispute. */
interface DisputeToAnswer {
  /** Resolves once the dispute was read, and says whether it is of an order here. */
  ready(): Promise<boolean>;
  /** Stripe has answered: the dispute is to be read again. */
  onAnswer(): void;
  /** Shows the details anew. */
  show(): void;
}

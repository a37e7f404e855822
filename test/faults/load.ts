import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { SessionId } from '../../domain/ids';
import type { Program } from '../../sandbox/program';
import type { Answer, Shop } from './shop';

/** Shoppers who buy and pay, one after the other in several lanes, over both APIs. */
export class Load {
  readonly paid: SessionId[] = [];
  readonly answers: Answer[] = [];
  /** Requests that were broken off; one that found the door closed goes to the other API. */
  readonly cutOff: string[] = [];
  private going = true;
  private readonly isPatient: boolean;
  private readonly lanes: Promise<void>[];

  /** @param isPatient whether a shopper asks again, under the same key, when told to, as storefronts do */
  constructor(
    private readonly shop: Shop,
    { lanes = 4, isPatient = false }: { lanes?: number; isPatient?: boolean } = {},
  ) {
    this.isPatient = isPatient;
    this.lanes = Array.from({ length: lanes }, (_, lane) => this.lane(lane));
  }

  /** Waits until so many more have paid. */
  async runs(more: number): Promise<void> {
    const enough = this.paid.length + more;
    while (this.going && this.paid.length < enough) await pause(20);
  }

  async ends(): Promise<this> {
    this.going = false;
    await Promise.all(this.lanes);
    return this;
  }

  private async lane(lane: number): Promise<void> {
    for (let n = lane; this.going; n++) {
      const api = this.shop.system.apis[n % 2] as Program;
      let asks = 'the API';
      try {
        const answer = await this.asked(api, randomUUID());
        this.answers.push(answer);
        if (answer.status !== 201) continue;
        asks = 'Stripe';
        await this.shop.pay(answer.body.sessionId);
        this.paid.push(answer.body.sessionId);
      } catch (error) {
        const { code } = ((error as Error).cause ?? {}) as { code?: string };
        if (code !== 'ECONNREFUSED') this.cutOff.push(`${asks}: ${code ?? String(error)}`);
      }
    }
  }

  private async asked(api: Program, key: string): Promise<Answer> {
    const answer = await this.shop.checkout([{ sku: 'mug' }], { api, key });
    if (!this.isPatient || answer.status !== 503 || answer.retryAfter === null) return answer;
    await pause(answer.retryAfter * 1000);
    return this.asked(api, key);
  }
}

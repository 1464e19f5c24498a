import { Exhausted, Invalid } from '@millrace/core';

export interface WriteBudgetLimits {
  /** One request, bytes. */
  readonly requestBytesMax: number;
  /** All requests being written, bytes. */
  readonly inFlightBytesMax: number;
}

/** The least a request counts, so that very many tiny ones are bounded too. */
const requestBytesMin = 4096;

/** What the proxy holds in memory for writes under way. */
export class WriteBudget {
  private inFlightBytes = 0;
  private readonly limits: WriteBudgetLimits;

  constructor(limits: WriteBudgetLimits) {
    this.limits = limits;
  }

  /**
   * Runs a write that needs so many bytes. Rejects without running it: Invalid for a request above the limit, Exhausted while others
   * fill the budget. Clients take the latter for a rate limit and come back.
   */
  async run<Answer>(bytes: number, write: () => Promise<Answer>): Promise<Answer> {
    const { requestBytesMax, inFlightBytesMax } = this.limits;
    if (bytes > requestBytesMax)
      throw new Invalid(`the request has ${bytes} bytes, the limit is ${requestBytesMax}: send it in parts`);
    const charged = Math.max(bytes, requestBytesMin);
    if (this.inFlightBytes > 0 && this.inFlightBytes + charged > inFlightBytesMax) {
      throw new Exhausted(
        `writes of ${this.inFlightBytes} bytes are under way, the limit is ${inFlightBytesMax}: try again, or send fewer side by side`,
        { milvusCode: 'RateLimit' },
      );
    }
    this.inFlightBytes += charged;
    try {
      return await write();
    } finally {
      this.inFlightBytes -= charged;
    }
  }
}

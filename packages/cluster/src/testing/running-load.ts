import { type Clock, dataTypes, type Random, randomInt } from '@millrace/core';
import { type milvus, schema } from '@millrace/proto';
import { type ClientOf, checked } from '@millrace/runtime';

type Milvus = ClientOf<typeof milvus.MilvusServiceService>;

/** What a row of the load holds, by its key: the same for writer and reader. */
export function vectorOf(key: number, dim: number): number[] {
  return Array.from({ length: dim }, (_, at) => Math.fround(((key * 31 + at * 17) % 1000) / 1000));
}
export function textOf(key: number): string {
  return `row ${key}${'.'.repeat(key % 50)}`;
}

export interface LoadSettings {
  readonly collection: string;
  /** Of the vectors. Default: 8. */
  readonly dim?: number;
  /** Of one insert. Default: 100. */
  readonly rowsMax?: number;
}

/**
 * Writers that never stop: inserts of fresh keys, deletes of keys that were acknowledged, flushes. It knows of each key whether its insert and
 * its delete were acknowledged, so that every row read back can be judged.
 */
export class RunningLoad {
  /** Inserts that were acknowledged. */
  readonly acknowledged = new Set<number>();
  /** Inserts that failed or were cut off: there or not. */
  readonly uncertain = new Set<number>();
  readonly deleted = new Set<number>();
  readonly perhapsDeleted = new Set<number>();
  /** How often a call failed, by what its error said, numbers left out. */
  readonly failures = new Map<string, number>();
  readonly collection: string;
  readonly dim: number;
  private readonly rowsMax: number;
  private next = 0;
  private readonly client: Milvus;
  private readonly clock: Clock;
  private readonly random: Random;

  constructor(client: Milvus, clock: Clock, random: Random, settings: LoadSettings) {
    this.client = client;
    this.clock = clock;
    this.random = random;
    this.collection = settings.collection;
    this.dim = settings.dim ?? 8;
    this.rowsMax = settings.rowsMax ?? 100;
  }

  async create(): Promise<void> {
    const definition = schema.CollectionSchema.fromPartial({
      name: this.collection,
      fields: [
        { fieldID: 100n, name: 'id', isPrimaryKey: true, dataType: dataTypes.int64 },
        {
          fieldID: 101n,
          name: 'vector',
          dataType: dataTypes['float-vector'],
          typeParams: [{ key: 'dim', value: String(this.dim) }],
        },
        {
          fieldID: 102n,
          name: 'text',
          dataType: dataTypes.varchar,
          typeParams: [{ key: 'max_length', value: '64' }],
        },
      ],
    });
    checked(
      await this.client.createCollection({
        collectionName: this.collection,
        schema: Buffer.from(schema.CollectionSchema.encode(definition).finish()),
        shardsNum: 4,
      }),
    );
  }

  /** Until the signal aborts: two writers and a flusher. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.insertLoop(signal),
      this.insertLoop(signal),
      this.deleteLoop(signal),
      this.flushLoop(signal),
    ]);
  }

  async insert(rows: number): Promise<boolean> {
    const keys = Array.from({ length: rows }, () => this.next++);
    try {
      checked(
        await this.client.insert(
          {
            collectionName: this.collection,
            numRows: keys.length,
            fieldsData: [
              longs('id', keys),
              {
                ...field('vector', dataTypes['float-vector']),
                field: floats(
                  this.dim,
                  keys.flatMap((key) => vectorOf(key, this.dim)),
                ),
              },
              strings('text', keys.map(textOf)),
            ],
          },
          { deadlineMs: 5_000 },
        ),
      );
      for (const key of keys) this.acknowledged.add(key);
      return true;
    } catch (error) {
      this.failed(error);
      for (const key of keys) this.uncertain.add(key);
      return false;
    }
  }

  /** Seals what there is. The segments it names are being flushed. */
  async flush(): Promise<readonly bigint[]> {
    const answer = checked(
      await this.client.flush({ collectionNames: [this.collection] }, { deadlineMs: 5_000 }),
    );
    return answer.collSegIDs[this.collection]?.data ?? [];
  }

  /** Resolves when nothing is left to flush. */
  async flushAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const segmentIDs = await this.flush();
        if (segmentIDs.length === 0) return;
        for (let flushed = false; !flushed && !signal.aborted; ) {
          flushed = checked(await this.client.getFlushState({ segmentIDs: [...segmentIDs] })).flushed;
          if (!flushed) await this.clock.sleep(100, signal);
        }
      } catch {
        await this.clock.sleep(200, signal);
      }
    }
  }

  private async insertLoop(signal: AbortSignal): Promise<void> {
    while (await this.clock.sleep(this.random.next() * 30, signal)) {
      if (!(await this.insert(1 + randomInt(this.random, this.rowsMax)))) await this.clock.sleep(100, signal);
    }
  }

  private async deleteLoop(signal: AbortSignal): Promise<void> {
    while (await this.clock.sleep(200 + this.random.next() * 300, signal)) {
      const candidates = [...this.acknowledged]
        .filter((key) => !this.perhapsDeleted.has(key) && key % 10 === 3)
        .slice(-50);
      const keys = candidates.filter(() => this.random.next() < 0.3);
      if (keys.length === 0) continue;
      for (const key of keys) this.perhapsDeleted.add(key);
      try {
        checked(
          await this.client.delete(
            { collectionName: this.collection, expr: `id in [${keys.join(', ')}]` },
            { deadlineMs: 5_000 },
          ),
        );
        for (const key of keys) this.deleted.add(key);
      } catch (error) {
        this.failed(error);
      }
    }
  }

  private async flushLoop(signal: AbortSignal): Promise<void> {
    while (await this.clock.sleep(700 + this.random.next() * 800, signal)) {
      await this.flush().catch((error: unknown) => this.failed(error));
    }
  }

  private failed(error: unknown): void {
    const text = (error instanceof Error ? error.message : String(error)).replace(/\d+/g, '#');
    this.failures.set(text, (this.failures.get(text) ?? 0) + 1);
  }
}

function field(fieldName: string, type: schema.DataType): Omit<schema.FieldData, 'field'> {
  return { type, fieldName, fieldId: 0n };
}

function longs(name: string, values: readonly number[]): schema.FieldData {
  const data = values.map(BigInt);
  return {
    ...field(name, dataTypes.int64),
    field: { $case: 'scalars', value: { data: { $case: 'longData', value: { data } } } },
  };
}

function strings(name: string, data: string[]): schema.FieldData {
  return {
    ...field(name, dataTypes.varchar),
    field: { $case: 'scalars', value: { data: { $case: 'stringData', value: { data } } } },
  };
}

function floats(dim: number, data: number[]): schema.FieldData['field'] {
  return { $case: 'vectors', value: { dim: BigInt(dim), data: { $case: 'floatVector', value: { data } } } };
}

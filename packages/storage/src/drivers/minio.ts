import {
  type Clock,
  Conflict,
  type Logger,
  NotFound,
  type Random,
  randomInt,
  Unavailable,
} from '@millrace/core';
import { S3Error } from 'minio';
import { checkRange } from '../byte-range.ts';
import { checkedListOptions } from '../list-options.ts';
import { checkKey } from '../object-key.ts';
import type { GetOptions, ListOptions, ListPage, ObjectInfo, ObjectStore } from '../object-store.ts';
import { Attempts } from './minio/attempts.ts';
import { type ClosableClient, openMinioClient } from './minio/client.ts';
import { type Subject, translateFailure } from './minio/failure.ts';
import { Requests } from './minio/requests.ts';
import type { MinioSettings } from './minio/settings.ts';

export type { MinioSettings } from './minio/settings.ts';

/** Kept with an object that was put if absent: whose it is. */
const writerName = 'millrace-writer';

/**
 * Objects in a bucket of MinIO, or of another S3. Data goes through our own requests, everything else through MinIO's client. A key that is
 * nothing but a number comes back changed from `list`, because that client parses it: put objects into folders.
 */
export class MinioObjectStore implements ObjectStore {
  private readonly settings: MinioSettings;
  private readonly log: Logger;
  private readonly random: Random;
  private readonly attempts: Attempts;
  private readonly requests: Requests;
  private readonly minio: ClosableClient;
  private bucket: Promise<void> | undefined;

  constructor(
    settings: MinioSettings,
    components: { readonly clock: Clock; readonly random: Random; readonly log: Logger },
  ) {
    const { deadlineMs = 60_000, silenceMs = 10_000 } = settings;
    this.settings = settings;
    this.log = components.log;
    this.random = components.random;
    this.minio = openMinioClient(settings, silenceMs);
    this.attempts = new Attempts(components, { server: this.server, deadlineMs });
    this.requests = new Requests(settings, silenceMs, components.clock);
  }

  /** Resolves when the server answers and the bucket is there. Calls do this by themselves; at a start it tells early what is wrong. */
  async connect(signal?: AbortSignal): Promise<void> {
    await this.run(`connect to ${this.server}`, undefined, signal, async () => undefined);
  }

  async put(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    checkKey(key);
    await this.run(`put ${key}`, key, signal, (over) => this.requests.put(key, chunks, {}, over));
  }

  async putIfAbsent(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    checkKey(key);
    const writer = `${randomInt(this.random, 2 ** 48).toString(16)}-${randomInt(this.random, 2 ** 48).toString(16)}`;
    const headers = { 'if-none-match': '*', [`x-amz-meta-${writerName}`]: writer };
    await this.run(`put ${key} if absent`, key, signal, async (over, attemptNumber) => {
      try {
        await this.requests.put(key, chunks, headers, over);
      } catch (error) {
        // An attempt before this one may have done it, and lost the answer.
        const mayBeOurs = error instanceof Conflict && attemptNumber > 1;
        if (!mayBeOurs || (await this.writerOf(key)) !== writer) throw error;
      }
    });
  }

  async get(key: string, { range, signal, memory }: GetOptions = {}): Promise<Uint8Array> {
    checkKey(key);
    if (range !== undefined) checkRange(range);
    return this.run(`get ${key}`, key, signal, async (over) => {
      // HTTP has no ranges of nothing; whether the object is there still counts.
      if (range?.length !== 0) return this.requests.get(key, range, over, memory);
      await this.requests.get(key, { offset: 0, length: 1 }, over);
      return new Uint8Array();
    });
  }

  async stat(key: string): Promise<ObjectInfo> {
    checkKey(key);
    return this.run(`stat ${key}`, key, undefined, async (over) => {
      try {
        const { size, lastModified } = await this.minio.client.statObject(this.settings.bucket, key);
        return { key, bytes: size, lastModifiedMs: lastModified.getTime() };
      } catch (error) {
        // The answer to a HEAD has no body, and so no reason.
        if (error instanceof S3Error) await this.requests.get(key, { offset: 0, length: 1 }, over);
        throw new Unavailable(`${this.server} does not tell about object ${key}`, { cause: error });
      }
    });
  }

  async list(options: ListOptions): Promise<ListPage> {
    const { prefix, after, limit } = checkedListOptions(options);
    return this.run(`list ${prefix}`, undefined, undefined, async () => {
      const { bucket } = this.settings;
      const page = await this.minio.client.listObjectsV2Query(bucket, prefix, '', '', limit, after);
      const objects = page.objects.flatMap(({ name, size, lastModified }) =>
        name === undefined || lastModified === undefined
          ? []
          : [{ key: name, bytes: size, lastModifiedMs: lastModified.getTime() }],
      );
      return { objects, more: page.isTruncated };
    });
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    await this.run(`remove ${key}`, key, undefined, () =>
      this.minio.client.removeObject(this.settings.bucket, key),
    );
  }

  /** Stops what still runs. */
  async close(): Promise<void> {
    this.attempts.close();
    this.minio.close();
    await this.requests.close();
  }

  private async run<T>(
    what: string,
    key: string | undefined,
    signal: AbortSignal | undefined,
    attempt: (over: AbortSignal, attemptNumber: number) => Promise<T>,
  ): Promise<T> {
    return this.attempts.run(what, signal, async (over, attemptNumber) => {
      await this.bucketReady();
      try {
        return await attempt(over, attemptNumber);
      } catch (error) {
        throw translateFailure(error, this.subject(key));
      }
    });
  }

  /** One check for all calls that wait; a failed one is made again by the next call. */
  private bucketReady(): Promise<void> {
    this.bucket ??= this.checkBucket().catch((error: unknown) => {
      this.bucket = undefined;
      throw translateFailure(error, this.subject(undefined));
    });
    return this.bucket;
  }

  private async checkBucket(): Promise<void> {
    const { bucket, createBucket } = this.settings;
    try {
      // Asks no more than whether the bucket exists, and, unlike a HEAD, says what is wrong.
      await this.minio.client.listObjectsV2Query(bucket, '', '', '', 1, '');
    } catch (error) {
      const failure = translateFailure(error, this.subject(undefined));
      if (!(failure instanceof NotFound) || !createBucket) throw failure;
      await this.createBucket();
    }
  }

  private async createBucket(): Promise<void> {
    const { bucket } = this.settings;
    try {
      await this.minio.client.makeBucket(bucket);
      this.log.info({ bucket, server: this.server }, 'bucket created');
    } catch (error) {
      // Another process was faster.
      if (error instanceof S3Error && error.code === 'BucketAlreadyOwnedByYou') return;
      throw error;
    }
  }

  private async writerOf(key: string): Promise<unknown> {
    try {
      const { metaData } = await this.minio.client.statObject(this.settings.bucket, key);
      return metaData[writerName];
    } catch (error) {
      // Removed by now, or not served: the next attempt finds out.
      throw new Unavailable(`${this.server} does not tell whose object ${key} is`, { cause: error });
    }
  }

  private get server(): string {
    return `${this.settings.host}:${this.settings.port}`;
  }

  private subject(key: string | undefined): Subject {
    const { bucket, accessKey } = this.settings;
    const subject = { server: this.server, bucket, accessKey };
    return key === undefined ? subject : { ...subject, key };
  }
}

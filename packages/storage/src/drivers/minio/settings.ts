/** Where a MinIO, or another server of S3's API, is, what opens it, and how patient the client is with it. */
export interface MinioSettings {
  readonly host: string;
  readonly port: number;
  readonly useSSL: boolean;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly bucket: string;
  /** Whether to create the bucket where it is missing. */
  readonly createBucket: boolean;
  /** How long a call may take with all that is tried again in it. Default: 60,000. */
  readonly deadlineMs?: number;
  /** How long a connection may be silent before the request is tried on another one. Default: 10,000. */
  readonly silenceMs?: number;
}

/** What ts-proto generates for one method of a service (`outputServices=grpc-js`), as far as the transport reads it. */
export interface MethodDefinition<Request, Response> {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (value: Request) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => Request;
  readonly responseSerialize: (value: Response) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

/** Any method: what it takes is `never`, what it gives `unknown`, because messages stand in both places at once. */
export interface AnyMethod {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (value: never) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => unknown;
  readonly responseSerialize: (value: never) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
}
/** What ts-proto generates for a service: its methods by their names in camel case. */
export type ServiceDefinition = { readonly [method: string]: AnyMethod };

/** The request message of a method. */
export type RequestOf<Method> = Method extends { requestDeserialize: (bytes: Buffer) => infer Request }
  ? Request
  : never;
/** The response message of a method. */
export type ResponseOf<Method> = Method extends { responseDeserialize: (bytes: Buffer) => infer Response }
  ? Response
  : never;
type IsUnary<Method> = Method extends { requestStream: false; responseStream: false } ? true : false;
export type UnaryMethods<Service> = {
  [Name in keyof Service]: IsUnary<Service[Name]> extends true ? Name : never;
}[keyof Service];

/** What a handler gets of its call besides the request. */
export interface CallContext {
  /** Aborts when the caller cancels or its deadline passes. */
  readonly signal: AbortSignal;
  /** `ip:port` of the caller, for logs. */
  readonly peer: string;
}

/**
 * A handler returns the fields it means to set; the transport fills the rest with protobuf defaults and, where the response has one, a
 * Success status. A thrown error becomes the Status of its kind (`proto/status.ts`), never a gRPC error, as Milvus' peers expect; but for
 * AnswerTooLarge. What `encodedAnswer` made is sent as it is.
 */
export type UnaryHandler<Request, Response> = (
  request: Request,
  context: CallContext,
) => Partial<Response> | Promise<Partial<Response>>;

/** A handler for each unary method that is served; a method left out answers UNIMPLEMENTED. */
export type HandlersOf<Service> = {
  readonly [Name in UnaryMethods<Service>]?: UnaryHandler<
    RequestOf<Service[Name]>,
    ResponseOf<Service[Name]>
  >;
};

/** How long a caller waits. Without both: as long as the client's own deadline lets it. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** From now. Default: the client's. */
  readonly deadlineMs?: number;
}

/**
 * A client of a service: one async function per unary method, named as in the service definition. Request fields left out take their
 * protobuf defaults. Rejects with a MillraceError: Unavailable for transport failures and passed deadlines; answers are returned as they
 * are, whatever status they carry (`checked` turns a failing status into its error).
 */
export type ClientOf<Service> = {
  readonly [Name in UnaryMethods<Service>]: (
    request: Partial<RequestOf<Service[Name]>>,
    options?: CallOptions,
  ) => Promise<ResponseOf<Service[Name]>>;
};

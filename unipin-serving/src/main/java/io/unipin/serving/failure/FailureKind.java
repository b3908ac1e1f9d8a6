package io.unipin.serving.failure;

/** The reason why a request could not be served. It decides what the caller should do next. */
public enum FailureKind {
  /** The request is wrong, and sending it again will not help. */
  INVALID,
  /** The request is larger than this server accepts, and sending it again will not help. */
  TOO_LARGE,
  /** The server has no room for the request now. The same request may succeed later. */
  OVERLOADED,
  /** The request's deadline has passed. */
  DEADLINE,
  /** The caller has gone, and nobody reads the answer. */
  CANCELLED,
  /** The server can't serve at the moment, for example while it starts or stops. */
  UNAVAILABLE,
  /**
   * The device on which the server computes has failed. This process can't serve any more, and
   * ends. Another server, or this one after its restart, may serve the request.
   */
  LOST,
  /** The server is at fault. */
  INTERNAL
}

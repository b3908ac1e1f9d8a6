package io.unipin.serving.failure;

/** Why a request could not be served; decides what the caller should do next. */
public enum FailureKind {
  /** The request is wrong and will stay wrong. */
  INVALID,
  /** The request is larger than any that this server takes; to send it again is in vain. */
  TOO_LARGE,
  /** There is no room for the request now; the same request may succeed later. */
  OVERLOADED,
  /** The request's time is used up. */
  DEADLINE,
  /** The caller went away; nobody reads the answer. */
  CANCELLED,
  /** The server can't serve at the moment, for example while it starts or stops. */
  UNAVAILABLE,
  /** The server is at fault. */
  INTERNAL
}

package io.unipin.serving.rpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;

/** Shows tests how failures become statuses. */
public final class FailureCodes {
  private FailureCodes() {}

  /** Returns the status and the trailers of a failure of this kind. */
  public static StatusRuntimeException of(FailureKind kind) {
    return FailureStatus.of(new ServingException(kind, "a failure"));
  }

  /** Returns the trailers of a call that ends with a status which other code chose. */
  public static Metadata explained(Status end) {
    return FailureStatus.explained(end, new Metadata());
  }
}

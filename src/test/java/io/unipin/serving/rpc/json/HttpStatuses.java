package io.unipin.serving.rpc.json;

import io.grpc.Metadata;
import io.grpc.Status;

/** Shows tests which HTTP status a call ends with. */
public final class HttpStatuses {
  private HttpStatuses() {}

  /** Returns the HTTP status of a call that failed with this gRPC status. */
  public static int of(Status status, Metadata trailers) {
    return Answers.failed(status, trailers).status();
  }
}

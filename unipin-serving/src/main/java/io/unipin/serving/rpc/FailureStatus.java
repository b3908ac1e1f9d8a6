package io.unipin.serving.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.failure.Violation;
import java.util.Objects;

/** Converts failures into gRPC statuses. No other class turns failures into statuses. */
final class FailureStatus {
  private static final String DOMAIN = "unipin";
  private static final Metadata.Key<Status> DETAILS =
      Metadata.Key.of(
          "grpc-status-details-bin", ProtoUtils.metadataMarshaller(Status.getDefaultInstance()));

  /** Trailer that tells gRPC clients when they may retry. */
  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  private static final String NEVER = "-1";
  private static final int MAX_MESSAGE = 512;
  private static final int WARM_RUNS = 200;
  private static final java.time.Duration RETRY_AFTER = java.time.Duration.ofMillis(100);

  private FailureStatus() {}

  /**
   * Creates a failure of every kind. So all classes are loaded before the first real failure, which
   * may come during an overload.
   */
  static void warm() {
    for (int run = 0; run < WARM_RUNS; run++) {
      for (FailureKind kind : FailureKind.values()) {
        of(new ServingException(kind, "warm"));
      }
      of(ServingException.invalid("field", "warm"));
    }
  }

  static StatusRuntimeException of(ServingException failure) {
    Status.Builder status =
        Status.newBuilder()
            .setCode(code(failure.kind()).getNumber())
            .setMessage(message(failure))
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason(failure.kind().name())
                        .setDomain(DOMAIN)
                        .build()));
    if (!failure.violations().isEmpty()) {
      BadRequest.Builder bad = BadRequest.newBuilder();
      for (Violation violation : failure.violations()) {
        bad.addFieldViolationsBuilder()
            .setField(violation.field())
            .setDescription(violation.description());
      }
      status.addDetails(Any.pack(bad.build()));
    }
    if (failure.kind() == FailureKind.OVERLOADED || failure.kind() == FailureKind.UNAVAILABLE) {
      java.time.Duration retry = failure.retryAfter().orElse(RETRY_AFTER);
      Duration delay =
          Duration.newBuilder().setSeconds(retry.toSeconds()).setNanos(retry.toNanosPart()).build();
      status.addDetails(Any.pack(RetryInfo.newBuilder().setRetryDelay(delay).build()));
    }
    StatusRuntimeException exception = StatusProto.toStatusRuntimeException(status.build());
    Metadata trailers = exception.getTrailers();
    if (failure.kind() == FailureKind.TOO_LARGE && trailers != null) {
      trailers.put(PUSHBACK, NEVER); // the status code alone would make the client retry
    }
    return exception;
  }

  /**
   * Returns trailers with an explanation for a call that ended without an explanation. An example
   * is a refusal by the transport or by the gRPC library.
   */
  static Metadata explained(io.grpc.Status end, Metadata trailers) {
    if (end.isOk() || trailers.containsKey(DETAILS)) {
      return trailers;
    }
    FailureKind kind = kind(end.getCode(), trailers);
    String message = end.getDescription() == null ? end.getCode().name() : end.getDescription();
    Metadata details = of(new ServingException(kind, message)).getTrailers();
    if (details != null && details.containsKey(DETAILS)) {
      trailers.put(DETAILS, withCode(Objects.requireNonNull(details.get(DETAILS)), end));
    }
    return trailers;
  }

  private static Status withCode(Status details, io.grpc.Status end) {
    return details.toBuilder().setCode(end.getCode().value()).build();
  }

  private static String message(ServingException failure) {
    String message = String.valueOf(failure.getMessage());
    return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "…";
  }

  private static Code code(FailureKind kind) {
    return switch (kind) {
      case INVALID -> Code.INVALID_ARGUMENT;
      case OVERLOADED, TOO_LARGE -> Code.RESOURCE_EXHAUSTED;
      case DEADLINE -> Code.DEADLINE_EXCEEDED;
      case CANCELLED -> Code.CANCELLED;
      case UNAVAILABLE, LOST -> Code.UNAVAILABLE;
      case INTERNAL -> Code.INTERNAL;
    };
  }

  private static FailureKind kind(io.grpc.Status.Code code, Metadata trailers) {
    return switch (code) {
      case INVALID_ARGUMENT,
          FAILED_PRECONDITION,
          OUT_OF_RANGE,
          NOT_FOUND,
          UNAUTHENTICATED,
          PERMISSION_DENIED,
          UNIMPLEMENTED ->
          FailureKind.INVALID;
      case RESOURCE_EXHAUSTED ->
          NEVER.equals(trailers.get(PUSHBACK)) ? FailureKind.TOO_LARGE : FailureKind.OVERLOADED;
      case DEADLINE_EXCEEDED -> FailureKind.DEADLINE;
      case CANCELLED -> FailureKind.CANCELLED;
      case UNAVAILABLE -> FailureKind.UNAVAILABLE;
      default -> FailureKind.INTERNAL;
    };
  }
}

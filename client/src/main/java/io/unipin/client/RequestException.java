package io.unipin.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The failure of a request. It failed at a server, or before it reached a server. */
public final class RequestException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  private static final Set<Code> DENIALS = Set.of(Code.UNAUTHENTICATED, Code.PERMISSION_DENIED);

  /** The value of the pushback trailer that forbids another attempt. */
  private static final String NEVER = "-1";

  /** The reason of a failed request. The reason decides what the caller should do next. */
  public enum Kind {
    /** The request is wrong or the caller may not send it. Another attempt is useless. */
    INVALID,
    /** The request is larger than this server accepts. Another attempt is useless. */
    TOO_LARGE,
    /** The server has no room for the request now. The same request may succeed later. */
    OVERLOADED,
    /** The request's deadline has passed. */
    DEADLINE,
    /** The caller cancelled the request. */
    CANCELLED,
    /** The server can't be reached or can't serve at the moment. */
    UNAVAILABLE,
    /** The server is at fault. */
    INTERNAL
  }

  private final Kind kind;
  private final boolean denied;
  private final transient List<Violation> violations;
  private final transient Optional<Duration> retryAfter;

  private RequestException(
      Kind kind,
      String message,
      List<Violation> violations,
      Optional<Duration> retryAfter,
      StatusRuntimeException cause) {
    super(message, cause);
    this.kind = kind;
    this.denied = DENIALS.contains(cause.getStatus().getCode());
    this.violations = violations;
    this.retryAfter = retryAfter;
  }

  /** Returns the failure for a gRPC status and its details. */
  static RequestException of(StatusRuntimeException failure) {
    Status status = StatusProto.fromThrowable(failure);
    List<Any> details = status == null ? List.of() : status.getDetailsList();
    List<Violation> violations =
        detail(details, BadRequest.class).stream()
            .flatMap(bad -> bad.getFieldViolationsList().stream())
            .map(entry -> new Violation(entry.getField(), entry.getDescription()))
            .toList();
    Optional<Duration> retryAfter =
        detail(details, RetryInfo.class)
            .map(RetryInfo::getRetryDelay)
            .map(delay -> Duration.ofSeconds(delay.getSeconds(), delay.getNanos()));
    return new RequestException(kind(failure), message(failure), violations, retryAfter, failure);
  }

  public Kind kind() {
    return kind;
  }

  /** Returns whether the server refused the caller's token, or the token's role. */
  public boolean isDenied() {
    return denied;
  }

  /**
   * Returns what is wrong with the request, field by field. The list is empty if the server does
   * not say.
   */
  public List<Violation> violations() {
    return violations;
  }

  /** Returns how long to wait before the next attempt, if the server says how long. */
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }

  private static Kind kind(StatusRuntimeException failure) {
    if (failure.getStatus().getCause() instanceof ClosedChannelException) {
      return Kind.UNAVAILABLE; // gRPC reports UNKNOWN if a connection ends in the middle of a call
    }
    return switch (failure.getStatus().getCode()) {
      case INVALID_ARGUMENT,
          FAILED_PRECONDITION,
          OUT_OF_RANGE,
          NOT_FOUND,
          UNAUTHENTICATED,
          PERMISSION_DENIED,
          UNIMPLEMENTED ->
          Kind.INVALID;
      case RESOURCE_EXHAUSTED -> mayRepeat(failure) ? Kind.OVERLOADED : Kind.TOO_LARGE;
      case DEADLINE_EXCEEDED -> Kind.DEADLINE;
      case CANCELLED -> Kind.CANCELLED;
      case UNAVAILABLE -> Kind.UNAVAILABLE;
      default -> Kind.INTERNAL;
    };
  }

  private static boolean mayRepeat(StatusRuntimeException failure) {
    Metadata trailers = failure.getTrailers();
    return trailers == null || !NEVER.equals(trailers.get(PUSHBACK));
  }

  private static String message(StatusRuntimeException failure) {
    String description = failure.getStatus().getDescription();
    Throwable cause = failure.getStatus().getCause();
    return (description == null ? failure.getStatus().getCode().name() : description)
        + (cause == null ? "" : " (" + cause.getMessage() + ")");
  }

  private static <T extends Message> Optional<T> detail(List<Any> details, Class<T> type) {
    for (Any detail : details) {
      if (detail.is(type)) {
        try {
          return Optional.of(detail.unpack(type));
        } catch (InvalidProtocolBufferException e) {
          return Optional.empty(); // the status's message describes the failure as well
        }
      }
    }
    return Optional.empty();
  }
}

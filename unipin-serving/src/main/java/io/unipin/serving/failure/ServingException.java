package io.unipin.serving.failure;

import io.unipin.ann.AnnException;
import io.unipin.kvcache.KvCacheException;
import io.unipin.model.features.DeviceFullException;
import io.unipin.model.features.DeviceLostException;
import io.unipin.model.features.ModelException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reports a request that could not be served. The message is for the caller: it holds no path,
 * address or internal state.
 */
public final class ServingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final FailureKind kind;
  private final transient List<Violation> violations;
  private final @Nullable Duration retryAfter;

  public ServingException(FailureKind kind, String message) {
    this(kind, message, List.of());
  }

  public ServingException(FailureKind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.violations = List.of();
    this.retryAfter = null;
  }

  public ServingException(FailureKind kind, String message, List<Violation> violations) {
    super(message);
    this.kind = kind;
    this.violations = List.copyOf(violations);
    this.retryAfter = null;
  }

  private ServingException(
      FailureKind kind, String message, Duration retryAfter, @Nullable Throwable cause) {
    // no stack trace: a refusal is no bug, and refusals are frequent when the server is overloaded
    super(message, cause, false, false);
    this.kind = kind;
    this.violations = List.of();
    this.retryAfter = retryAfter;
  }

  /** Creates a refusal because of load. The caller may try again after the given time. */
  public static ServingException overloaded(String message, Duration retryAfter) {
    return new ServingException(FailureKind.OVERLOADED, message, retryAfter, null);
  }

  /**
   * Creates a failure for a store or service that the server needs but can't reach at the moment.
   * The caller may try again after the given time.
   */
  public static ServingException unavailable(
      String message, Duration retryAfter, @Nullable Throwable cause) {
    return new ServingException(FailureKind.UNAVAILABLE, message, retryAfter, cause);
  }

  public static ServingException invalid(List<Violation> violations) {
    String message =
        violations.stream()
            .map(violation -> violation.field() + ": " + violation.description())
            .collect(Collectors.joining("; "));
    return new ServingException(FailureKind.INVALID, message, violations);
  }

  public static ServingException invalid(String field, String description) {
    return invalid(List.of(new Violation(field, description)));
  }

  /**
   * Converts any throwable into the failure that the caller sees. No other code decides what a
   * caller is told.
   */
  public static ServingException of(Throwable failure) {
    if (failure instanceof ServingException serving) {
      return serving;
    }
    if (failure instanceof KvCacheException) {
      FailureKind kind =
          Thread.currentThread().isInterrupted() ? FailureKind.UNAVAILABLE : FailureKind.OVERLOADED;
      return new ServingException(kind, "no room for the user's state", failure);
    }
    if (failure instanceof DeviceFullException) {
      return new ServingException(
          FailureKind.OVERLOADED, "no room on the device for the request", failure);
    }
    if (failure instanceof DeviceLostException) {
      return new ServingException(FailureKind.LOST, "the device failed", failure);
    }
    boolean computed = failure instanceof ModelException || failure instanceof AnnException;
    return new ServingException(
        FailureKind.INTERNAL,
        computed ? "the request could not be computed" : "internal error",
        failure);
  }

  public FailureKind kind() {
    return kind;
  }

  /** Returns the time after which the caller may try again; empty when it is unknown. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  public List<Violation> violations() {
    return violations;
  }
}

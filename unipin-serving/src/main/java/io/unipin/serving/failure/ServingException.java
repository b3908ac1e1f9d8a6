package io.unipin.serving.failure;

import io.unipin.ann.AnnException;
import io.unipin.kvcache.KvCacheException;
import io.unipin.model.features.ModelException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A request that could not be served. Its message is for the caller: it names no path, address or internal state. */
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

  private ServingException(FailureKind kind, String message, Duration retryAfter) {
    super(message, null, false, false); // no fault, and many of them when there is least time
    this.kind = kind;
    this.violations = List.of();
    this.retryAfter = retryAfter;
  }

  /** There is no room now; the caller may try again after that time. */
  public static ServingException overloaded(String message, Duration retryAfter) {
    return new ServingException(FailureKind.OVERLOADED, message, retryAfter);
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

  /** Returns the failure that stands for whatever ended a request: the one place that decides what a caller is told. */
  public static ServingException of(Throwable failure) {
    if (failure instanceof ServingException serving) {
      return serving;
    }
    if (failure instanceof KvCacheException) {
      FailureKind kind =
          Thread.currentThread().isInterrupted() ? FailureKind.UNAVAILABLE : FailureKind.OVERLOADED;
      return new ServingException(kind, "no room for the user's state", failure);
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

  /** When to try again, where the server can tell. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  public List<Violation> violations() {
    return violations;
  }
}

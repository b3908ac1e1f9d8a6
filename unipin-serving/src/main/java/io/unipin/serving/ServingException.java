package io.unipin.serving;

import java.util.List;
import java.util.stream.Collectors;

/** A request that could not be served. Its message is for the caller: it names no path, address or internal state. */
public final class ServingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final FailureKind kind;
  private final transient List<Violation> violations;

  public ServingException(FailureKind kind, String message) {
    this(kind, message, List.of());
  }

  public ServingException(FailureKind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.violations = List.of();
  }

  public ServingException(FailureKind kind, String message, List<Violation> violations) {
    super(message);
    this.kind = kind;
    this.violations = List.copyOf(violations);
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

  public FailureKind kind() {
    return kind;
  }

  public List<Violation> violations() {
    return violations;
  }
}

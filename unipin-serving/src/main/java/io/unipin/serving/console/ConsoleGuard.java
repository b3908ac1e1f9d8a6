package io.unipin.serving.console;

import io.unipin.serving.security.Role;
import io.unipin.serving.security.TokenFile;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lets in who sends a bearer token with the roles that a path needs; everybody when there are no tokens. Thread-safe. */
final class ConsoleGuard {
  private final @Nullable TokenFile tokens;

  /** Whether a caller may go on. */
  enum Answer {
    ADMITTED,
    /** No token, or one that nobody knows. */
    UNKNOWN,
    /** A token without one of the roles. */
    FORBIDDEN
  }

  ConsoleGuard(@Nullable TokenFile tokens) {
    this.tokens = tokens;
  }

  boolean asksForTokens() {
    return tokens != null;
  }

  Answer ask(@Nullable String authorization, Set<Role> needed) {
    if (tokens == null) {
      return Answer.ADMITTED;
    }
    Optional<Set<Role>> roles = tokens.rolesOf(authorization);
    if (roles.isEmpty()) {
      return Answer.UNKNOWN;
    }
    return roles.get().containsAll(needed) ? Answer.ADMITTED : Answer.FORBIDDEN;
  }
}

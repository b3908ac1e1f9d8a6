package io.unipin.serving.console;

import io.unipin.serving.security.Role;
import io.unipin.serving.security.TokenFile;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Admits requests whose bearer token has the roles that the path needs. If no tokens are
 * configured, it admits all requests. Thread-safe.
 */
final class ConsoleGuard {
  private final @Nullable TokenFile tokens;

  /** The outcome of a check of a bearer token. */
  enum Answer {
    ADMITTED,
    /** There is no token, or the token is unknown. */
    UNKNOWN,
    /** The token lacks a required role. */
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

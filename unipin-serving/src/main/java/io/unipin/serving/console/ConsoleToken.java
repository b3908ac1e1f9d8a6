package io.unipin.serving.console;

import io.unipin.serving.FailureKind;
import io.unipin.serving.ServingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** The token that callers of the console must send, if there is one. Immutable. */
final class ConsoleToken {
  private static final String SCHEME = "Bearer ";
  private static final int MIN_LENGTH = 16;

  private final byte[] token;

  private ConsoleToken(byte[] token) {
    this.token = token;
  }

  /** Reads a file's first line; an empty path means that no token is needed. */
  static ConsoleToken read(Path file) {
    if (file.toString().isEmpty()) {
      return new ConsoleToken(new byte[0]);
    }
    try {
      String token = Files.readString(file).strip();
      if (token.length() < MIN_LENGTH) {
        throw new ServingException(
            FailureKind.INVALID,
            "console.tokenFile: a token of at least %d characters expected".formatted(MIN_LENGTH));
      }
      return new ConsoleToken(token.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new ServingException(
          FailureKind.UNAVAILABLE, "console.tokenFile can't be read: " + e.getMessage(), e);
    }
  }

  boolean isNeeded() {
    return token.length > 0;
  }

  /** Whether an {@code Authorization} header lets its sender in; takes the same time for every wrong one. */
  boolean admits(@Nullable String authorization) {
    if (!isNeeded()) {
      return true;
    }
    if (authorization == null || !authorization.startsWith(SCHEME)) {
      return false;
    }
    byte[] sent = authorization.substring(SCHEME.length()).getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(token, sent);
  }
}

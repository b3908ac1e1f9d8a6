package io.unipin.serving.security;

import io.unipin.serving.threads.Recurring;
import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file with the SHA-256 and the roles of bearer tokens. The file is read again when it changes.
 * Thread-safe.
 */
public final class TokenFile implements AutoCloseable {
  /** Prefix of the header's value. RFC 7235 makes the scheme's name case-insensitive. */
  private static final String SCHEME = "bearer ";

  private static final Logger logger = LoggerFactory.getLogger(TokenFile.class);
  private static final long MAX_BYTES = 1 << 20;

  private final Path file;
  private volatile @Nullable Recurring watching;
  private volatile Version current;

  private record Version(String text, TokenTable table) {}

  private TokenFile(Path file) {
    this.file = file;
    this.current = read(file);
  }

  /**
   * Reads a file once.
   *
   * @throws ConfigException when the file can't be read or a line is invalid
   */
  public static TokenFile open(Path file) {
    return new TokenFile(file);
  }

  /** Reads a file and checks it for changes every {@code distance} until {@link #close}. */
  public static TokenFile watch(Path file, Duration distance) {
    TokenFile tokens = new TokenFile(file);
    tokens.watching = Recurring.start("tokens", distance, tokens::reload);
    return tokens;
  }

  private static Version read(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new ConfigException("tokens: a file of at most " + MAX_BYTES + " bytes expected");
      }
      String text = Files.readString(file);
      return new Version(text, TokenTable.parse(text.lines().toList()));
    } catch (IOException e) {
      throw new ConfigException("tokens: the file can't be read", e);
    }
  }

  /** Returns the roles of a token; empty for an unknown token. */
  public Optional<Set<Role>> roles(String token) {
    return current.table().roles(token);
  }

  /**
   * Returns the roles of the bearer token in an {@code Authorization} header; empty without a known
   * token.
   */
  public Optional<Set<Role>> rolesOf(@Nullable String authorization) {
    return bearer(authorization).flatMap(this::roles);
  }

  private static Optional<String> bearer(@Nullable String authorization) {
    return Optional.ofNullable(authorization)
        .filter(value -> value.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
        .map(value -> value.substring(SCHEME.length()).trim());
  }

  /**
   * Returns the name that logs use for the bearer token of an {@code Authorization} header: the
   * first 12 hexadecimal digits of the token's SHA-256. Returns {@code unknown} for a token that
   * the file does not have, and an empty text without a bearer token.
   */
  public String fingerprint(@Nullable String authorization) {
    return bearer(authorization)
        .map(token -> roles(token).isPresent() ? TokenTable.fingerprint(token) : "unknown")
        .orElse("");
  }

  /**
   * Reads the file again if it changed. An invalid file is logged, and the old tokens stay valid.
   */
  public void reload() {
    try {
      Version next = read(file);
      if (!next.text().equals(current.text())) {
        current = next;
        logger.info("tokens are read again");
      }
    } catch (ConfigException e) {
      logger.error("the tokens read before stay valid: {}", e.getMessage());
    }
  }

  /** Stops the checks of the file. Idempotent. */
  @Override
  public void close() {
    Recurring running = watching;
    if (running != null) {
      running.close();
    }
  }
}

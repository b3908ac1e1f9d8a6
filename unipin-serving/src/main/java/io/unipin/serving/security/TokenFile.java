package io.unipin.serving.security;

import io.unipin.serving.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file of tokens that is read again when it changes. Thread-safe. */
public final class TokenFile {
  private static final Logger logger = LoggerFactory.getLogger(TokenFile.class);
  private static final long MAX_BYTES = 1 << 20;

  private final Path file;
  private volatile Version current;

  private record Version(String text, TokenTable table) {}

  private TokenFile(Path file, Version first) {
    this.file = file;
    this.current = first;
  }

  /**
   * Reads a file.
   *
   * @throws ConfigException when it can't be read or a line is wrong
   */
  public static TokenFile open(Path file) {
    return new TokenFile(file, read(file));
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

  /** The roles of a token; empty for an unknown one. */
  public Optional<Set<Role>> roles(String token) {
    return current.table().roles(token);
  }

  /** Reads the file again if it changed. A file that is wrong changes nothing, and is reported. */
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
}

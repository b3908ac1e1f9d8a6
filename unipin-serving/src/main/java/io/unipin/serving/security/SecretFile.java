package io.unipin.serving.security;

import io.unipin.serving.threads.Recurring;
import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of secrets that all replicas of a fleet share. The file is read again when it changes.
 *
 * <p>Each line holds one secret in Base64, of 32 to 1,024 bytes. {@code #} begins a comment. The
 * first secret signs, and all secrets verify. So the secrets can be replaced while cursors stay
 * valid:
 *
 * <ol>
 *   <li>Add the new secret as the last line of the file on every replica.
 *   <li>Once every replica has read the file, make it the first line.
 *   <li>Remove the old secret once everything that it signed has expired.
 * </ol>
 *
 * <p>The file must not be accessible to other users of the machine. Thread-safe.
 */
public final class SecretFile implements Secrets, AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(SecretFile.class);
  private static final String SETTING = "security.secretFile";
  private static final int MIN_BYTES = 32;
  private static final int MAX_BYTES = 1024;
  private static final int MAX_SECRETS = 16;
  private static final long MAX_FILE_BYTES = 1 << 16;
  private static final Set<PosixFilePermission> OTHERS =
      Set.of(
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  private final Path file;
  private volatile @Nullable Recurring watching;
  private volatile Version current;

  private record Version(List<String> lines, Map<Purpose, MacKeys> keys) {}

  private SecretFile(Path file) {
    this.file = file;
    this.current = read(file);
  }

  /**
   * Reads a file once.
   *
   * @throws ConfigException when the file can't be read, other users have access to it, or a line
   *     is invalid
   */
  public static SecretFile open(Path file) {
    return new SecretFile(file);
  }

  /** Reads a file and checks it for changes every {@code distance} until {@link #close}. */
  public static SecretFile watch(Path file, Duration distance) {
    SecretFile secrets = new SecretFile(file);
    secrets.watching = Recurring.start("secrets", distance, secrets::reload);
    return secrets;
  }

  private static Version read(Path file) {
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw refused("a file of at most " + MAX_FILE_BYTES + " bytes expected");
      }
      requirePrivate(file);
      List<String> lines = Files.readAllLines(file);
      return new Version(lines, MacKeys.byPurpose(parse(lines)));
    } catch (IOException e) {
      throw new ConfigException(SETTING + ": a readable file of text expected, got none", e);
    }
  }

  private static void requirePrivate(Path file) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view != null && view.readAttributes().permissions().stream().anyMatch(OTHERS::contains)) {
      throw refused("a file without access for other users expected (chmod o= FILE)");
    }
  }

  /** Parses lines. A failure names the number of the line, never its content. */
  static List<byte[]> parse(List<String> lines) {
    List<byte[]> secrets = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).replaceFirst("#.*", "").trim();
      if (!line.isEmpty()) {
        byte[] secret = secret(line, i + 1);
        if (secrets.stream().anyMatch(other -> Arrays.equals(other, secret))) {
          throw refused("line " + (i + 1) + ": another secret than in a line before expected");
        }
        secrets.add(secret);
      }
    }
    if (secrets.isEmpty() || secrets.size() > MAX_SECRETS) {
      throw refused("1 to %s secrets expected, got %s".formatted(MAX_SECRETS, secrets.size()));
    }
    return secrets;
  }

  private static byte[] secret(String line, int number) {
    byte[] secret;
    try {
      secret = Base64.getDecoder().decode(line);
    } catch (IllegalArgumentException e) {
      throw refused("line %s: a secret in Base64 expected".formatted(number));
    }
    if (secret.length < MIN_BYTES || secret.length > MAX_BYTES) {
      throw refused(
          "line %s: a secret of %s to %s bytes expected, got %s"
              .formatted(number, MIN_BYTES, MAX_BYTES, secret.length));
    }
    return secret;
  }

  private static ConfigException refused(String problem) {
    return new ConfigException(SETTING + ": " + problem);
  }

  @Override
  public MacKeys keys(Purpose purpose) {
    return Objects.requireNonNull(current.keys().get(purpose));
  }

  /**
   * Reads the file again if it changed. An invalid file is logged, and the secrets read before stay
   * in use.
   */
  public void reload() {
    try {
      Version next = read(file);
      if (!next.lines().equals(current.lines())) {
        current = next;
        logger.info("secrets are read again");
      }
    } catch (ConfigException e) {
      logger.error("the secrets read before stay in use: {}", e.getMessage());
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

package io.unipin.serving.security;

import io.unipin.settings.ConfigException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The roles of bearer tokens, by the SHA-256 of the token. A reader of the table learns no token.
 * Immutable.
 *
 * <p>A line of the token file is {@code serve,record 5e88…}: roles, a blank, 64 hexadecimal digits.
 * {@code #} begins a comment.
 */
public final class TokenTable {
  private static final int DIGEST_BYTES = 32;
  private static final int FINGERPRINT_BYTES = 6;
  private static final int MAX_TOKEN = 4096;

  private final List<Entry> entries;

  @SuppressWarnings("ArrayRecordComponent") // MessageDigest compares digests in constant time
  private record Entry(byte[] digest, Set<Role> roles) {}

  private TokenTable(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /** Parses lines. A failure names the number of the line, never its content. */
  public static TokenTable parse(List<String> lines) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).replaceFirst("#.*", "").trim();
      if (!line.isEmpty()) {
        entries.add(entry(line, i + 1));
      }
    }
    if (entries.isEmpty()) {
      throw new ConfigException("tokens: at least one line with a token expected, got none");
    }
    return new TokenTable(entries);
  }

  private static Entry entry(String line, int number) {
    String[] parts = line.split("\\s+", -1);
    if (parts.length != 2 || !parts[1].matches("[0-9a-fA-F]{" + 2 * DIGEST_BYTES + "}")) {
      throw new ConfigException(
          "tokens:%s: roles, a blank and the 64 hexadecimal digits of a SHA-256 expected"
              .formatted(number));
    }
    EnumSet<Role> roles = EnumSet.noneOf(Role.class);
    for (String label : parts[0].split(",", -1)) {
      Role role =
          Arrays.stream(Role.values())
              .filter(known -> known.label().equals(label))
              .findFirst()
              .orElseThrow(
                  () ->
                      new ConfigException(
                          "tokens:%d: roles out of %s expected"
                              .formatted(number, Arrays.toString(Role.values()))
                              .toLowerCase(Locale.ROOT)));
      roles.add(role);
    }
    return new Entry(HexFormat.of().parseHex(parts[1]), roles);
  }

  /**
   * Returns the roles of a token; empty for an unknown token. The look-up takes the same time for
   * every token, so that its time reveals nothing.
   */
  public Optional<Set<Role>> roles(String token) {
    if (token.length() > MAX_TOKEN) {
      return Optional.empty();
    }
    byte[] digest = digest(token);
    Optional<Set<Role>> roles = Optional.empty();
    for (Entry entry : entries) {
      if (MessageDigest.isEqual(entry.digest, digest)) {
        roles = Optional.of(entry.roles);
      }
    }
    return roles;
  }

  /** Returns the line of the token file that gives a token these roles. */
  public static String line(Set<Role> roles, String token) {
    String labels = String.join(",", roles.stream().sorted().map(Role::label).toList());
    return labels + " " + HexFormat.of().formatHex(digest(token));
  }

  /** Returns the first 12 hexadecimal digits of the token's SHA-256. */
  static String fingerprint(String token) {
    return HexFormat.of().formatHex(digest(token), 0, FINGERPRINT_BYTES);
  }

  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

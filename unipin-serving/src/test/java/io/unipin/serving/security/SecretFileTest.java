package io.unipin.serving.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.security.Secrets.Purpose;
import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretFileTest {
  private static final byte[] TEXT = "signed".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;

  private static String secret(int length, int fill) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) fill);
    return Base64.getEncoder().encodeToString(bytes);
  }

  private Path file(String... lines) throws IOException {
    Path file = folder.resolve("secrets");
    Files.write(file, List.of(lines));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    return file;
  }

  @Test
  void keys_ofSeveralSecrets_firstSignsAndAllVerify() throws IOException {
    Secrets before = SecretFile.open(file("# fleet", secret(32, 1)));
    Secrets overlap = SecretFile.open(file(secret(32, 2), "", secret(32, 1) + " # until May"));
    Secrets after = SecretFile.open(file(secret(32, 2)));
    byte[] old = before.keys(Purpose.PAGE_CURSOR).sign(TEXT);
    byte[] young = overlap.keys(Purpose.PAGE_CURSOR).sign(TEXT);
    assertThat(young).isNotEqualTo(old).hasSize(32);
    assertThat(after.keys(Purpose.PAGE_CURSOR).sign(TEXT)).isEqualTo(young);
    assertThat(overlap.keys(Purpose.PAGE_CURSOR).verify(old, TEXT)).isTrue();
    assertThat(overlap.keys(Purpose.PAGE_CURSOR).verify(young, TEXT)).isTrue();
    assertThat(after.keys(Purpose.PAGE_CURSOR).verify(old, TEXT)).isFalse();
    assertThat(before.keys(Purpose.PAGE_CURSOR).verify(young, TEXT)).isFalse();
  }

  @Test
  void keys_ofTwoPurposes_differ() throws IOException {
    Secrets secrets = SecretFile.open(file(secret(32, 1)));
    byte[] cursor = secrets.keys(Purpose.PAGE_CURSOR).sign(TEXT);
    assertThat(secrets.keys(Purpose.USER_ID).verify(cursor, TEXT)).isFalse();
    Secrets own = Secrets.own(new byte[32]);
    assertThat(own.keys(Purpose.USER_ID).verify(own.keys(Purpose.PAGE_CURSOR).sign(TEXT), TEXT))
        .isFalse();
  }

  @Test
  void verify_ofShortOrChangedMac_isFalse() {
    MacKeys keys = Secrets.own(new byte[32]).keys(Purpose.PAGE_CURSOR);
    byte[] mac = keys.sign(TEXT);
    assertThat(keys.verify(Arrays.copyOf(mac, 16), TEXT)).isTrue();
    assertThat(keys.verify(Arrays.copyOf(mac, 15), TEXT)).isFalse();
    assertThat(keys.verify(new byte[0], TEXT)).isFalse();
    assertThat(keys.verify(Arrays.copyOf(mac, 40), TEXT)).isFalse();
    mac[15] ^= 1;
    assertThat(keys.verify(Arrays.copyOf(mac, 16), TEXT)).isFalse();
  }

  /**
   * A key is an HMAC of {@code unipin} and the label of the key's purpose. The secret is the key of
   * this HMAC. docs/security.md describes this derivation.
   */
  @Test
  void sign_withASharedSecret_isThatOfTheDocumentedDerivation() throws IOException {
    byte[] expected =
        MacKeys.of(
                List.of(
                    MacKeys.of(List.of(Base64.getDecoder().decode(secret(32, 1))))
                        .sign("unipin page cursor".getBytes(StandardCharsets.UTF_8))))
            .sign(TEXT);
    Secrets secrets = SecretFile.open(file(secret(32, 1)));
    assertThat(secrets.keys(Purpose.PAGE_CURSOR).sign(TEXT)).isEqualTo(expected);
  }

  static Stream<Arguments> wrongLines() {
    return Stream.of(
        Arguments.of("short", List.of(secret(32, 1), secret(31, 2)), "line 2: a secret of 32 to"),
        Arguments.of("long", List.of(secret(1025, 1)), "line 1: a secret of 32 to 1024 bytes"),
        Arguments.of("text", List.of("not Base64!"), "line 1: a secret in Base64 expected"),
        Arguments.of("twice", List.of(secret(32, 1), secret(32, 1)), "line 2: another secret"),
        Arguments.of("none", List.of("# nothing yet"), "1 to 16 secrets expected, got 0"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongLines")
  void open_wrongLine_namesItWithoutShowingIt(String name, List<String> lines, String problem)
      throws IOException {
    Path file = file(lines.toArray(String[]::new));
    assertThatThrownBy(() -> SecretFile.open(file))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("security.secretFile: " + problem)
        .hasMessageNotContaining(lines.get(lines.size() - 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r--r--", "rw-----w-", "rw------x"})
  void open_fileThatOthersMayUse_isRefused(String mode) throws IOException {
    Path file = file(secret(32, 1));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    assertThatThrownBy(() -> SecretFile.open(file))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("without access for other users");
  }

  @Test
  void open_noFile_isRefused() {
    assertThatThrownBy(() -> SecretFile.open(folder.resolve("none")))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("security.secretFile: ");
  }

  @Test
  void reload_changedFile_isTakenUnlessItIsWrong() throws IOException {
    SecretFile secrets = SecretFile.open(file(secret(32, 1)));
    byte[] first = secrets.keys(Purpose.PAGE_CURSOR).sign(TEXT);
    file(secret(32, 2), secret(32, 1));
    secrets.reload();
    byte[] second = secrets.keys(Purpose.PAGE_CURSOR).sign(TEXT);
    assertThat(second).isNotEqualTo(first);
    assertThat(secrets.keys(Purpose.PAGE_CURSOR).verify(first, TEXT)).isTrue();
    file("rubbish");
    secrets.reload();
    assertThat(secrets.keys(Purpose.PAGE_CURSOR).sign(TEXT)).isEqualTo(second);
  }
}

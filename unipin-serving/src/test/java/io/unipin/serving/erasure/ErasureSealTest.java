package io.unipin.serving.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.bytes.MalformedBytesException;
import io.unipin.serving.security.SecretFile;
import io.unipin.serving.security.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ErasureSealTest {
  /**
   * A sealed erasure of the user "someone" at time 1700000000123 by writer 42. Its secret is 32
   * bytes of value 1.
   */
  private static final String KEPT =
      "010000018bcfe5687b000000000000002a0001020304050607080"
          + "90a0b1730789c2000ba6fb7c5d9a01f1f9812353b22fbf6de0219";

  @TempDir Path folder;

  /** Returns secrets. Each secret repeats one of the given bytes. */
  private Secrets secrets(int... bytes) throws IOException {
    Path file = folder.resolve("secrets" + Arrays.toString(bytes));
    StringBuilder lines = new StringBuilder();
    for (int each : bytes) {
      byte[] secret = new byte[32];
      Arrays.fill(secret, (byte) each);
      lines.append(Base64.getEncoder().encodeToString(secret)).append('\n');
    }
    Files.writeString(file, lines);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return SecretFile.open(file);
  }

  @Test
  void read_ofASealedId_givesAll_andTheBytesDoNotShowTheId() throws IOException {
    ErasureSeal seal = new ErasureSeal(secrets(1));
    byte[] value = seal.value("someone", 1234, 77);
    assertThat(new String(value, StandardCharsets.ISO_8859_1)).doesNotContain("someone");
    ErasureSeal.Erased erased = seal.read(value);
    assertThat(erased.timeMs()).isEqualTo(1234);
    assertThat(erased.writer()).isEqualTo(77);
    assertThat(erased.user()).hasValue("someone");
    assertThat(seal.value("someone", 1234, 77)).isNotEqualTo(value);
    assertThat(seal.key("someone")).isEqualTo(seal.key("someone")).isNotEqualTo(seal.key("other"));
  }

  @Test
  void read_afterTheSecretsWereReplaced_worksAsLongAsTheOldOneIsThere() throws IOException {
    byte[] value = new ErasureSeal(secrets(1)).value("someone", 5, 0);
    assertThat(new ErasureSeal(secrets(2, 1)).read(value).user()).hasValue("someone");
    assertThat(new ErasureSeal(secrets(2)).read(value).user()).isEmpty();
    assertThat(new ErasureSeal(secrets(2)).read(value).timeMs()).isEqualTo(5);
  }

  @Test
  void read_laterVersionOrDamage_isRefused() throws IOException {
    ErasureSeal seal = new ErasureSeal(secrets(1));
    byte[] value = seal.value("someone", 1234, 0);
    for (int length = 0; length < value.length; length++) {
      byte[] cut = Arrays.copyOf(value, length);
      assertThatThrownBy(() -> seal.read(cut)).isInstanceOf(MalformedBytesException.class);
    }
    value[0] = 2;
    assertThatThrownBy(() -> seal.read(value))
        .hasMessage("an erasure of version 1 expected, got 2");
  }

  /** A record of format 1 that must be readable as long as such records are in topics. */
  @Test
  void read_aKeptRecordOfFormat1_givesItsErasure() throws IOException {
    byte[] kept = HexFormat.of().parseHex(KEPT);
    ErasureSeal.Erased erased = new ErasureSeal(secrets(1)).read(kept);
    assertThat(erased.user()).hasValue("someone");
    assertThat(erased.timeMs()).isEqualTo(1_700_000_000_123L);
    assertThat(erased.writer()).isEqualTo(42);
  }
}

package io.unipin.serving.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.hash.Hashing;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.apache.commons.codec.digest.MurmurHash3;
import org.junit.jupiter.api.Test;

final class SlotsTest {
  @Test
  void murmur_isThatOfSmhasher() {
    ByteArrayOutputStream hashes = new ByteArrayOutputStream();
    byte[] key = new byte[255];
    for (int length = 0; length < 256; length++) {
      for (int i = 0; i < length; i++) {
        key[i] = (byte) i;
      }
      hashes.writeBytes(bytes(MurmurHash3.hash128x64(key, 0, length, 256 - length)));
    }
    byte[] last = bytes(MurmurHash3.hash128x64(hashes.toByteArray(), 0, hashes.size(), 0));
    // The value is VERIFICATION of MurmurHash3_x64_128 in smhasher's main.cpp.
    assertThat(ByteBuffer.wrap(last).order(ByteOrder.LITTLE_ENDIAN).getInt()).isEqualTo(0x6384BA69);
  }

  private static byte[] bytes(long[] hash) {
    ByteBuffer buffer = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    return buffer.putLong(hash[0]).putLong(hash[1]).array();
  }

  @Test
  void of_equalsExactArithmeticOverAnotherLibrarysHash() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 20_000; i++) {
      String salt = text(random);
      String space = text(random);
      String unit = text(random);
      byte[] hash =
          Hashing.murmur3_128()
              .hashString(salt + "\0" + space + "\0" + unit, StandardCharsets.UTF_8)
              .asBytes();
      long first = ByteBuffer.wrap(hash).order(ByteOrder.LITTLE_ENDIAN).getLong();
      int expected =
          new BigInteger(Long.toUnsignedString(first))
              .multiply(BigInteger.valueOf(Slots.COUNT))
              .shiftRight(64)
              .intValueExact();
      assertThat(Slots.of(salt, space, unit)).as("%s/%s/%s", salt, space, unit).isEqualTo(expected);
    }
  }

  private static String text(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(20); length > 0; length--) {
      text.appendCodePoint(random.nextInt(1, 0xD800));
    }
    return text.toString();
  }

  @Test
  void of_equalsPublishedVectors() {
    JsonNode slots = Vectors.read().path("slots");
    assertThat(slots.size()).isEqualTo(60);
    for (JsonNode vector : slots) {
      String salt = vector.path("salt").asText();
      String space = vector.path("space").asText();
      String unit = vector.path("unit").asText();
      assertThat(Long.toHexString(Slots.hash(salt, space, unit)))
          .as("%s", vector)
          .isEqualTo(vector.path("hash").asText().replaceFirst("^0+(?=.)", ""));
      assertThat(Slots.of(salt, space, unit))
          .as("%s", vector)
          .isEqualTo(vector.path("slot").asInt());
    }
  }
}

package io.unipin.serving.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class MacKeysTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Test case 2 of RFC 4231. */
  @Test
  void sign_publishedCase_givesThePublishedBytes() {
    MacKeys keys = MacKeys.of(List.of(bytes("Jefe")));
    for (int time = 0; time < 3; time++) {
      byte[] mac = keys.sign(bytes("what do ya "), bytes("want for nothing?"));
      assertThat(HexFormat.of().formatHex(mac))
          .isEqualTo("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
  }

  @Test
  void verify_bytesOfEitherKey_holds() {
    MacKeys both = MacKeys.of(List.of(bytes("new"), bytes("old")));
    byte[] old = MacKeys.of(List.of(bytes("old"))).sign(bytes("text"));
    assertThat(both.verify(Arrays.copyOf(old, 16), bytes("text"))).isTrue();
    assertThat(both.verify(both.sign(bytes("text")), bytes("text"))).isTrue();
    assertThat(both.verify(old, bytes("other"))).isFalse();
    assertThat(both.verify(Arrays.copyOf(old, 15), bytes("text"))).isFalse();
  }

  @Test
  void sign_inFourThreads_givesTheSameBytes() throws Exception {
    MacKeys keys = MacKeys.of(List.of(bytes("one"), bytes("two")));
    List<byte[]> alone = keys.signatures(bytes("text"));
    ExecutorService callers = Executors.newFixedThreadPool(4);
    try {
      List<Future<List<byte[]>>> together =
          IntStream.range(0, 200)
              .mapToObj(i -> callers.submit(() -> keys.signatures(bytes("text"))))
              .toList();
      for (Future<List<byte[]>> signed : together) {
        assertThat(signed.get()).usingRecursiveComparison().isEqualTo(alone);
      }
    } finally {
      callers.shutdownNow();
    }
  }
}

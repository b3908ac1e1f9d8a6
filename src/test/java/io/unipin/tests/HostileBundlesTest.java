package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.client.RequestException;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class HostileBundlesTest {
  private static final List<String> FILES =
      List.of(
          "model/config.json",
          "model/weights.safetensors",
          "model/items.safetensors",
          "catalogue.parquet",
          "index/items.faiss");

  @TempDir Path folder;

  @Test
  @Timeout(180)
  void loadBundle_damagedOrForeign_isRefusedAndTheOldOneServesOn() throws IOException {
    try (TinyServer server = TinyServer.start(folder)) {
      RetrieveAndRankResponse before = server.client().retrieveAndRank(TinyServer.request(3));
      Path two = folder.resolve("bundles").resolve("two");
      Random random = new Random(23);
      for (String name : FILES) {
        Path file = two.resolve(name);
        byte[] intact = Files.readAllBytes(file);
        byte[] flipped = intact.clone();
        flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        byte[] truncated = Arrays.copyOf(intact, random.nextInt(intact.length));
        for (byte[] damaged : List.of(flipped, truncated)) {
          Files.write(file, damaged);
          assertRefused(server, "two", name);
        }
        Files.copy(
            folder.resolve("bundles").resolve("one").resolve(name),
            file,
            StandardCopyOption.REPLACE_EXISTING);
        if (!Arrays.equals(Files.readAllBytes(file), intact)) {
          assertRefused(server, "two", name);
        }
        Files.write(file, intact);
      }
      Path moved = folder.resolve("bundles").resolve("three");
      Files.move(two, moved);
      assertRefused(server, "three", "name three expected, got two");
      assertRefused(server, "two", "no such bundle");
      assertRefused(server, "../bundles/one", "name");

      assertThat(server.admin().bundle().getBundle()).isEqualTo("one");
      RetrieveAndRankResponse after = server.client().retrieveAndRank(TinyServer.request(3));
      assertThat(after.getItemsList()).isEqualTo(before.getItemsList());
      Files.move(moved, two);
      assertThat(server.admin().loadBundle("two").getBundle()).isEqualTo("two");
    }
  }

  private void assertRefused(TinyServer server, String bundle, String part) {
    assertThatThrownBy(() -> server.admin().loadBundle(bundle))
        .isInstanceOfSatisfying(
            RequestException.class,
            e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.INVALID))
        .hasMessageContaining(part)
        .hasMessageNotContaining("\n")
        .hasMessageNotContaining(folder.toString());
  }
}

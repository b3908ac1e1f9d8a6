package io.unipin.serving.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpublishedBundleTest {
  @TempDir Path folder;

  /**
   * There is a dangling link at the bundle's path. The first check does not see it, but the last
   * step fails. So the link simulates a file that another process creates in between.
   */
  @Test
  void publish_placeTakenMeanwhile_keepsTheWholeBundle() throws IOException {
    Path place = Files.createSymbolicLink(folder.resolve("main"), folder.resolve("nowhere"));
    String message =
        String.valueOf(
            assertThatThrownBy(
                    () ->
                        TinyBundles.publish(folder, "main", "exact", 1, folder.resolve("scratch")))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("bundle main: can't be put in its place: ")
                .actual()
                .getMessage());
    List<String> command = List.of(message.replaceFirst(".*publish it with: ", "").split(" ", -1));
    assertThat(command)
        .startsWith("./unipin", "bundle", "publish")
        .endsWith("--to", folder.toString(), "--name", "NAME");
    Path kept = Path.of(command.get(3));
    BundlePublisher.copy(kept, folder.resolve("main-2"));
    assertThat(BundleVerifier.verify("main-2", folder.resolve("main-2")).items()).isPositive();
    assertThat(Files.isSymbolicLink(place)).isTrue();
  }
}

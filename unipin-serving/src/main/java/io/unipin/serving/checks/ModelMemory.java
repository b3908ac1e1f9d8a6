package io.unipin.serving.checks;

import io.unipin.serving.bundle.BundleNames;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.BundleSummary;
import io.unipin.serving.experiment.ArmConfig;
import io.unipin.serving.settings.ServerConfig;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Computes the memory that a server's models use outside the heap. Weights and item vectors take as
 * many bytes in memory as in their files. Each model also has room for items that callers put.
 *
 * <p>The serving bundle is counted twice, because the next bundle is loaded while the current
 * bundle serves. If the previous bundle is kept, the serving bundle is counted a third time.
 */
final class ModelMemory {
  private ModelMemory() {}

  /**
   * Returns the bytes of all models. A missing bundle counts as 0, because loading it fails anyway.
   */
  static long bytes(ServerConfig config) {
    int copies = config.bundle().keepPrevious() ? 3 : 2;
    long others = others(config).mapToLong(name -> bytes(config, name)).sum();
    return copies * bytes(config, config.bundle().name()) + others;
  }

  /** Returns the bundles that are loaded once, in addition to the serving bundle. */
  private static Stream<String> others(ServerConfig config) {
    Stream<String> arms =
        config.experiments().layers().values().stream()
            .flatMap(layer -> layer.experiments().values().stream())
            .flatMap(plan -> plan.arms().values().stream())
            .map(ArmConfig::bundle)
            .distinct();
    return Stream.concat(arms, Stream.of(config.shadow().bundle()));
  }

  private static long bytes(ServerConfig config, String name) {
    if (!BundleNames.isValid(name)) {
      return 0;
    }
    Path bundle = config.bundle().folder().resolve(name);
    Path model = BundleReader.model(bundle);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(model, "*.safetensors")) {
      long sum = 0;
      for (Path file : files) {
        sum += Files.size(file);
      }
      int dimension = BundleReader.summary(bundle).map(BundleSummary::dimension).orElse(0);
      return sum + (long) Float.BYTES * config.items().slots() * dimension;
    } catch (IOException e) {
      return 0; // loading the bundle reports the problem
    }
  }
}

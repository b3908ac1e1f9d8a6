package io.unipin.serving.checks;

import io.unipin.serving.bundle.BundleNames;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.experiment.ArmConfig;
import io.unipin.serving.settings.ServerConfig;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What a server's models take outside the heap: weights and items' vectors lie there as in their files.
 *
 * <p>The serving bundle is there twice while the next one loads, and a third time where the previous one is kept.
 */
final class ModelMemory {
  private ModelMemory() {}

  /** Bundles that are not there count nothing: to load them fails by itself. */
  static long bytes(ServerConfig config) {
    int copies = config.bundle().keepPrevious() ? 3 : 2;
    long others = others(config).mapToLong(name -> bytes(config, name)).sum();
    return copies * bytes(config, config.bundle().name()) + others;
  }

  /** Bundles that are loaded once, beside the serving one. */
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
    Path model = BundleReader.model(config.bundle().folder().resolve(name));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(model, "*.safetensors")) {
      long sum = 0;
      for (Path file : files) {
        sum += Files.size(file);
      }
      return sum;
    } catch (IOException e) {
      return 0; // said when it is loaded
    }
  }
}

package io.unipin.serving.bundle;

import io.unipin.model.EngineOptions;
import io.unipin.tests.fuzz.FuzzTarget;
import io.unipin.tests.fuzz.ScratchFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Reads arbitrary manifests of bundles. The target lists a bundle, computes the checksum of its
 * manifest and verifies the bundle.
 *
 * <p>If an input begins with {@code +} and can be read, the target gives it a correct checksum,
 * because a malicious bundle has a correct checksum as well.
 */
public final class ManifestTarget implements FuzzTarget {
  private static final String NAME = "main";
  private static final byte SEALED = '+';

  private final ScratchFolder scratch;
  private final BundleReader reader;

  private ManifestTarget(ScratchFolder scratch) {
    this.scratch = scratch;
    this.reader = new BundleReader(scratch.path(), EngineOptions.cpu());
  }

  public static FuzzTarget create() throws IOException {
    return new ManifestTarget(ScratchFolder.create());
  }

  @Override
  public Map<String, byte[]> seeds() {
    BundleManifest plain =
        new BundleManifest(
            BundleManifest.FORMAT,
            NAME,
            "2026-01-01T00:00:00Z",
            "0123456789abcdef",
            BundleLayout.EXACT,
            10,
            8,
            BundleLayout.files(true, BundleLayout.TRAINED).stream()
                .map(path -> new BundleFile(path, 1, "00".repeat(32)))
                .toList(),
            List.of(
                new GoldenQuery(
                    List.of(new GoldenAction(5, List.of("click"), "home", 1L)),
                    "home",
                    2L,
                    List.of(5L, 6L),
                    List.of(List.of(0.5), List.of(0.25)),
                    List.of(6L),
                    "2026-01-01T00:00:00Z-0123456789ab")),
            "");
    byte[] json = plain.sealed().toJson();
    return Map.of(
        "sealed", json,
        "open", ByteBuffer.allocate(1 + json.length).put(SEALED).put(json).array(),
        "null", "null".getBytes(StandardCharsets.UTF_8),
        "format-1",
            "+{\"format\":1,\"name\":\"main\",\"files\":[]}".getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void run(byte[] input) throws IOException {
    scratch.write(NAME + "/" + BundleLayout.MANIFEST, sealed(input));
    reader.list();
    reader.summaries();
    try {
      BundleVerifier.verify(NAME, scratch.path().resolve(NAME));
    } catch (BundleException e) {
      // The reader refuses the manifest.
    }
  }

  private static byte[] sealed(byte[] input) {
    if (input.length == 0 || input[0] != SEALED) {
      return input;
    }
    byte[] json = Arrays.copyOfRange(input, 1, input.length);
    try {
      return BundleManifest.parse(json).sealed().toJson();
    } catch (RuntimeException e) {
      return json;
    }
  }

  @Override
  public void close() throws IOException {
    scratch.close();
  }
}

package io.unipin.serving;

import io.unipin.serving.settings.ConfigReader;
import io.unipin.settings.ConfigException;
import io.unipin.tests.fuzz.FuzzTarget;
import io.unipin.tests.fuzz.ScratchFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Reads arbitrary settings of the server: a YAML file, an environment variable, and overrides as on
 * the command line.
 */
public final class SettingsTarget implements FuzzTarget {
  private static final String EXPERIMENTS =
      """
      experiments:
        layers:
          - name: ranking
            experiments:
              - name: e1
                salt: s
                slots: {from: 0, to: 100}
                arms:
                  - {name: control, weight: 1}
                  - name: t
                    weight: 1
                    settings: {retrieval.candidates: 50}
      """;

  private final ScratchFolder scratch;

  private SettingsTarget(ScratchFolder scratch) {
    this.scratch = scratch;
  }

  public static FuzzTarget create() throws IOException {
    return new SettingsTarget(ScratchFolder.create());
  }

  @Override
  public Map<String, byte[]> seeds() {
    return Map.of(
        "server", bytes("server:\n  host: 127.0.0.1\n  port: 9090\n  drain: 10s\n"),
        "sizes",
            bytes("cache:\n  budget: 64MiB\n  timeToLive: 1h\npage: {size: 20, maxSize: 100}\n"),
        "experiments", bytes(EXPERIMENTS),
        "wrong", bytes("server: {port: many, prot: 1}\n"),
        "alias", bytes("a: &a [1, 2]\nb: *a\n"),
        "list", bytes("- 1\n- {x: y}\n"));
  }

  private static byte[] bytes(String yaml) {
    return yaml.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void run(byte[] input) throws IOException {
    Path file = scratch.write("server.yaml", input);
    try {
      ConfigReader.read(file, Map.of(), List.of());
    } catch (ConfigException e) {
      // The reader refuses the file.
    }
    String text = new String(input, StandardCharsets.UTF_8);
    try {
      ConfigReader.read(Map.of("UNIPIN_SERVER_PORT", text), List.of());
    } catch (ConfigException e) {
      // The reader refuses the variable.
    }
    try {
      ConfigReader.read(Map.of(), List.of(text.lines().limit(4).toArray(String[]::new)));
    } catch (ConfigException e) {
      // The reader refuses the overrides.
    }
  }

  @Override
  public void close() throws IOException {
    scratch.close();
  }
}

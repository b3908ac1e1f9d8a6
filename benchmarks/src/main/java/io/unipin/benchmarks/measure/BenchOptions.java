package io.unipin.benchmarks.measure;

import io.unipin.cli.check.Output;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Home;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that all benchmarks share. */
public final class BenchOptions {
  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Option(names = "--quick", description = "Measure fewer rounds and sizes, with the same keys.")
  private boolean quick;

  public boolean quick() {
    return quick;
  }

  public void write(String name, Map<String, ?> settings, Map<String, ?> results, PrintWriter out)
      throws IOException {
    if (json != null) {
      new Figures(name, settings, results).write(json, Home.find().root());
      out.println("figures: " + json);
    }
  }
}

package io.unipin.benchmarks.report;

import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Home;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes the tables of the results pages. */
@Command(
    name = "report",
    description = {
      "Writes the tables of docs/results/*.md from the figures of docs/results/*.json.",
      "Text outside of the tables stays as it is."
    },
    footer = {"", "Example:", "  ./unipin bench report --check"})
public final class ReportCommand implements Callable<Integer> {
  @Option(
      names = "--check",
      description = "Write nothing, and fail if a page's tables differ from the figures.")
  private boolean check;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Path root = Home.find().root();
    Map<Path, String> differing = differing(root);
    if (check && !differing.isEmpty()) {
      throw new CommandException(
          differing.keySet().stream()
              .map(page -> root.relativize(page).toString())
              .collect(
                  Collectors.joining(
                      ", ", "", ": the tables of the committed figures expected, got others")));
    }
    PrintWriter out = spec.commandLine().getOut();
    for (Map.Entry<Path, String> page : differing.entrySet()) {
      Files.writeString(page.getKey(), page.getValue());
      out.println("written: " + root.relativize(page.getKey()));
    }
    if (differing.isEmpty()) {
      out.println("all tables show the committed figures");
    }
    return 0;
  }

  private static Map<Path, String> differing(Path root) throws IOException {
    try {
      return new Pages(root.resolve("docs/results"), Tables.all()).differing();
    } catch (IllegalArgumentException e) {
      throw new CommandException(String.valueOf(e.getMessage()));
    }
  }
}

package io.unipin.cli.doctor;

import io.unipin.cli.check.Output;
import io.unipin.cli.console.ExitCode;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Home;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says which parts of this machine slow UniPin down or stop it. */
@Command(
    name = "doctor",
    description =
        "Examines processor, threads, memory, disk, ports, packages, engine and device, and says"
            + " what each finding costs.",
    footer = {
      "",
      "Example:",
      "  ./unipin doctor",
      "  ./unipin doctor --json doctor.json",
      "",
      "Exit codes: 0 everything works, perhaps slower than it could; 1 the verb failed; 2 the"
          + " command line is wrong; 3 something does not work."
    })
public final class DoctorCommand implements Callable<Integer> {
  @Option(names = "--json", paramLabel = "FILE", description = "Write the findings there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Home home = Home.find();
    Sight sight = new Sight(Path.of("/"));
    List<Path> searched =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":", -1))
            .filter(folder -> !folder.isBlank())
            .map(Path::of)
            .toList();
    List<Check> checks = new ArrayList<>(new Machinery(sight).checks());
    checks.addAll(new Surroundings(home, sight, searched).checks());
    print(checks, spec.commandLine().getOut());
    if (json != null) {
      new Figures("doctor", Map.of(), Map.of("checks", checks)).write(json, home.root());
    }
    return checks.stream().anyMatch(check -> check.state() == Check.State.BROKEN)
        ? ExitCode.BROKEN.code()
        : ExitCode.DONE.code();
  }

  private static void print(List<Check> checks, PrintWriter out) {
    for (Check check : checks) {
      out.printf(
          Locale.ROOT,
          "%-7s %-11s %s%n",
          check.state().name().toLowerCase(Locale.ROOT),
          check.part(),
          check.found());
      if (!check.cost().isEmpty()) {
        out.printf(Locale.ROOT, "%20s%s%n", "", check.cost());
      }
    }
  }
}

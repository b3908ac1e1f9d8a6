package io.unipin.cli.trial;

import io.unipin.cli.check.BadRowsOption;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.Output;
import io.unipin.cli.console.ExitCode;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Home;
import io.unipin.cli.data.FeedLogText;
import io.unipin.feedlog.BadRow;
import io.unipin.feedlog.BadRows;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.database.SpillFolder;
import io.unipin.feedlog.imports.Importer;
import io.unipin.feedlog.infer.DataFiles;
import io.unipin.feedlog.infer.Inference;
import io.unipin.feedlog.infer.Inferred;
import io.unipin.feedlog.review.Finding;
import io.unipin.feedlog.review.Finding.Weight;
import io.unipin.feedlog.review.Review;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says which problems of given data would stop a training or make its result worse. */
@Command(
    name = "validate",
    description = {
      "Says what a training on this data would refuse or regret, with an example and what to do.",
      "Reads a feed log, or files as the verb try reads them."
    },
    footer = {
      "",
      "Example:",
      "  ./unipin validate feedlog",
      "  ./unipin validate exports --mapping exports.yaml --json findings.json",
      "",
      "Exit codes: 0 nothing worse than notes; 1 the data can't be read; 2 the command line"
          + " is wrong; 3 a training would run, but its model may be worse; 4 a training would"
          + " refuse the data."
    })
public final class ValidateCommand implements Callable<Integer>, Checked {
  @Parameters(
      paramLabel = "DATA",
      description = "A feed log; or a file, a folder or a pattern of other files.")
  @Input(Input.Kind.PATTERN)
  private Path data;

  @Option(
      names = "--mapping",
      paramLabel = "FILE",
      description = "How the files are read. Default: inferred as the verb try does.")
  @Input(Input.Kind.FILE)
  private @Nullable Path mapping;

  @Mixin private RoleOptions roles;

  @Option(
      names = "--max-bad-rows",
      defaultValue = "100000",
      paramLabel = "N",
      description = "Maximum number of bad rows to count. Default: ${DEFAULT-VALUE}.")
  private long maxBadRows;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the findings there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  @Override
  public void check() {
    BadRowsOption.check(maxBadRows);
    roles.decisions();
  }

  /** A feed log, and the rows that were refused when the log was read. */
  private record Read(FeedLog log, List<BadRow> bad) {}

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Read read = Files.exists(data.resolve("feedlog.yaml")) ? readLog(data) : readFiles();
    out.println(FeedLogText.sizes(read.log()));
    List<Finding> findings = new ArrayList<>();
    if (!read.bad().isEmpty()) {
      findings.add(
          new Finding(
              "bad-rows",
              Weight.REFUSE,
              read.bad().size(),
              String.format(Locale.ROOT, "%,d rows break a rule", read.bad().size()),
              read.bad().get(0).toString(),
              "mend them, or leave them out with --max-bad-rows " + read.bad().size()));
    }
    findings.addAll(Review.of(read.log(), System.currentTimeMillis()));
    print(findings, out);
    if (json != null) {
      Map<String, Object> settings = Map.of("data", data.toString());
      new Figures("validate", settings, Map.of("findings", findings))
          .write(json, Home.find().root());
    }
    return code(findings);
  }

  private Read readLog(Path folder) {
    BadRows bad = new BadRows(maxBadRows);
    return new Read(FeedLogReader.read(folder, bad), bad.rows());
  }

  private Read readFiles() throws IOException {
    try (SpillFolder work = SpillFolder.create()) {
      Path folder = data;
      Path used = mapping;
      if (used == null) {
        DataFiles files = DataFiles.of(data);
        Inferred inferred = Inference.of(files.profiles(), roles.decisions());
        folder = files.folder();
        used = work.path().resolve("mapping.yaml");
        Files.writeString(used, files.mapping(inferred));
      }
      Path feedLog = work.path().resolve("feedlog");
      List<BadRow> bad = Importer.run(used, folder, feedLog, maxBadRows).leftOut();
      return new Read(FeedLogReader.read(feedLog, 0), bad);
    }
  }

  private static void print(List<Finding> findings, PrintWriter out) {
    for (Finding finding : findings) {
      out.printf(
          Locale.ROOT,
          "%n%s %s: %s%n  example: %s%n  do: %s%n",
          finding.weight().name().toLowerCase(Locale.ROOT),
          finding.name(),
          finding.what(),
          finding.example(),
          finding.advice());
    }
    if (findings.isEmpty()) {
      out.println("nothing found that a training would refuse or regret");
    }
  }

  private static int code(List<Finding> findings) {
    boolean refuses = findings.stream().anyMatch(f -> f.weight() == Weight.REFUSE);
    boolean regrets = findings.stream().anyMatch(f -> f.weight() == Weight.REGRET);
    ExitCode code = refuses ? ExitCode.REFUSES : regrets ? ExitCode.REGRETS : ExitCode.DONE;
    return code.code();
  }
}

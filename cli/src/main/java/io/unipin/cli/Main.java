package io.unipin.cli;

import io.unipin.cli.bundle.BundleCommand;
import io.unipin.cli.bundle.IndexCommand;
import io.unipin.cli.check.Checks;
import io.unipin.cli.config.ConfigCommand;
import io.unipin.cli.console.Failures;
import io.unipin.cli.console.Undecoded;
import io.unipin.cli.data.ExportCommand;
import io.unipin.cli.data.ImportCommand;
import io.unipin.cli.data.SimulateCommand;
import io.unipin.cli.demo.DemoCommand;
import io.unipin.cli.device.GpuCommand;
import io.unipin.cli.doctor.DoctorCommand;
import io.unipin.cli.experiment.ExperimentCommand;
import io.unipin.cli.history.BackupCommand;
import io.unipin.cli.history.HistoryCommand;
import io.unipin.cli.history.RestoreCommand;
import io.unipin.cli.items.ItemsCommand;
import io.unipin.cli.loadtest.LoadtestCommand;
import io.unipin.cli.server.ActionsCommand;
import io.unipin.cli.server.EraseCommand;
import io.unipin.cli.server.RequestCommand;
import io.unipin.cli.server.ServeCommand;
import io.unipin.cli.server.TokenCommand;
import io.unipin.cli.shell.ShellCommand;
import io.unipin.cli.training.CountsCommand;
import io.unipin.cli.training.EvaluateCommand;
import io.unipin.cli.training.TrainCommand;
import io.unipin.cli.trial.TryCommand;
import io.unipin.cli.trial.ValidateCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The entry point of UniPin's command line. */
@Command(
    name = "unipin",
    description =
        "Retrieval and ranking with one model, one cache of user state, one serving stack.",
    version = "unipin 0.1.0",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "VERB",
    commandListHeading = "%nVerbs:%n",
    footer = {
      "",
      "  test       Runs all tests.",
      "",
      "Begin with:",
      "  ./unipin demo",
      "",
      "Exit codes: 0 done; 1 failed; 2 wrong command line; some verbs have more.",
      "",
      "Environment: UNIPIN_JAVA_OPTIONS adds options of the JVM."
    })
public final class Main implements Runnable, Failures.Reader {
  /** The names of the commands of this module, in the order in which the help lists them. */
  private static final List<String> NAMES =
      List.of(
          "demo",
          "try",
          "validate",
          "doctor",
          "gpu",
          "import",
          "export",
          "simulate",
          "train",
          "evaluate",
          "counts",
          "index",
          "config",
          "serve",
          "bundle",
          "token",
          "shell",
          "request",
          "actions",
          "erase",
          "items",
          "history",
          "backup",
          "restore",
          "experiment",
          "loadtest");

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of a failure.")
  private boolean debug;

  /** The forms in which a failure is printed. */
  private enum ErrorForm {
    TEXT,
    JSON
  }

  @Option(
      names = "--errors",
      scope = ScopeType.INHERIT,
      defaultValue = "text",
      paramLabel = "FORM",
      description = "How a failure is printed: text or json. Default: text.")
  private ErrorForm errors = ErrorForm.TEXT;

  @Spec private CommandSpec spec;

  private Main() {}

  public static void main(String[] arguments) {
    // The root locale depends on no country, so equal input gives equal output on every machine.
    Locale.setDefault(Locale.ROOT);
    System.exit(run(commandLineFor(arguments), System.getenv(), arguments));
  }

  /**
   * Runs a command and flushes everything that it printed. Refuses arguments and variables that the
   * JVM could not decode.
   */
  static int run(CommandLine main, Map<String, String> environment, String... arguments) {
    String charset = System.getProperty("native.encoding", "unknown");
    int code =
        Undecoded.find(List.of(arguments), environment, charset)
            .map(found -> Failures.onUndecoded(found, main, arguments))
            .orElseGet(() -> main.execute(arguments));
    main.getOut().flush();
    main.getErr().flush();
    return code;
  }

  /** Returns the root command with all commands, including the commands of other modules. */
  public static CommandLine commandLine() {
    CommandLine main = new CommandLine(new Main());
    NAMES.forEach(name -> main.addSubcommand(command(name)));
    ServiceLoader.load(Verb.class).forEach(main::addSubcommand);
    return prepared(main);
  }

  /**
   * Returns the root command for these words. If the first word is the name of a command of this
   * module, the root command has only this command, because creating all commands takes long.
   */
  static CommandLine commandLineFor(String... words) {
    if (words.length == 0 || !NAMES.contains(words[0])) {
      return commandLine();
    }
    return prepared(new CommandLine(new Main()).addSubcommand(command(words[0])));
  }

  private static Object command(String name) {
    return switch (name) {
      case "demo" -> new DemoCommand();
      case "try" -> new TryCommand();
      case "validate" -> new ValidateCommand();
      case "doctor" -> new DoctorCommand();
      case "gpu" -> new GpuCommand();
      case "import" -> new ImportCommand();
      case "export" -> new ExportCommand();
      case "simulate" -> new SimulateCommand();
      case "train" -> new TrainCommand();
      case "evaluate" -> new EvaluateCommand();
      case "counts" -> new CountsCommand();
      case "index" -> new IndexCommand();
      case "config" -> new ConfigCommand();
      case "serve" -> new ServeCommand();
      case "bundle" -> new BundleCommand();
      case "token" -> new TokenCommand();
      case "shell" -> new ShellCommand();
      case "request" -> new RequestCommand();
      case "actions" -> new ActionsCommand();
      case "erase" -> new EraseCommand();
      case "items" -> new ItemsCommand();
      case "history" -> new HistoryCommand();
      case "backup" -> new BackupCommand();
      case "restore" -> new RestoreCommand();
      case "experiment" -> new ExperimentCommand();
      case "loadtest" -> new LoadtestCommand();
      default -> throw new IllegalArgumentException("one of " + NAMES + " expected, got " + name);
    };
  }

  private static CommandLine prepared(CommandLine main) {
    // picocli would replace the word @NAME by the content of a file NAME. But a user's id may begin
    // with @, and picocli decodes the file by the locale.
    return main.setExpandAtFiles(false)
        .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
        .setExecutionStrategy(new Checks())
        .setExecutionExceptionHandler(Failures::onExecution)
        .setParameterExceptionHandler(Failures::onUsage)
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public boolean wantsStackTraces() {
    return debug;
  }

  @Override
  public boolean wantsJson() {
    return errors == ErrorForm.JSON;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a verb expected, such as demo, got nothing");
  }
}

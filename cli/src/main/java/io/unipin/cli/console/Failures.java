package io.unipin.cli.console;

import io.unipin.client.RequestException;
import io.unipin.feedlog.source.Shown;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Prints a failure as one line on standard error. With {@code --debug} the stack trace follows.
 * With {@code --errors json} the line is a JSON object.
 */
public final class Failures {
  /** The root command, which decides how a failure is printed. */
  public interface Reader {
    /** Returns whether stack traces are printed. */
    boolean wantsStackTraces();

    /** Returns whether failures are printed as JSON. */
    boolean wantsJson();
  }

  private static final String FORMAT = "--errors";
  private static final String JSON = "json";

  /** The options with the address of a server. */
  private static final List<String> ADDRESSES = List.of("--address", "--admin", "--server");

  /** The words with which gRPC refuses a call that a port does not offer. */
  private static final String UNKNOWN_CALL = "Method not found";

  private Failures() {}

  public static int onExecution(Exception failure, CommandLine command, ParseResult result) {
    CommandSpec spec = command.getCommandSpec();
    String message = place(failure, spec) + line(failure);
    ErrorLine parts = ErrorLine.of(message);
    List<String> arguments = result.originalArgs();
    Problem problem =
        new Problem(
            ProblemKind.of(failure),
            ExitCode.FAILED.code(),
            message,
            parts,
            new NextStep(spec, arguments).after(failure, message, parts));
    String trace =
        spec.root().userObject() instanceof Reader reader && reader.wantsStackTraces()
            ? trace(failure)
            : "";
    print(problem, command, wantsJson(spec, arguments), trace);
    return problem.exit();
  }

  /** Returns the address of a server that refused the whole call, not a field of the request. */
  private static String place(Exception failure, CommandSpec spec) {
    boolean whole =
        failure instanceof RequestException request
            && (request.isDenied() || firstLine(failure).startsWith(UNKNOWN_CALL));
    return whole
        ? ADDRESSES.stream()
            .map(spec::findOption)
            .filter(Objects::nonNull)
            .map(option -> option.longestName() + " " + option.getValue() + ": ")
            .findFirst()
            .orElse("")
        : "";
  }

  public static int onUsage(ParameterException failure, String[] arguments) {
    CommandSpec spec = failure.getCommandLine().getCommandSpec();
    List<String> words = List.of(arguments);
    String message = UsageError.message(failure, words);
    ErrorLine parts = ErrorLine.of(message);
    String corrected =
        parts.nearest().isEmpty() ? "" : CommandText.corrected(words, parts.got(), parts.nearest());
    String next = corrected.isEmpty() ? CommandText.help(spec.qualifiedName()) : corrected;
    Problem problem = new Problem(ProblemKind.USAGE, ExitCode.USAGE.code(), message, parts, next);
    print(problem, failure.getCommandLine(), wantsJson(spec, words), "");
    return problem.exit();
  }

  /**
   * Prints that the JVM could not decode a text, and returns the exit code.
   *
   * @param main the root command, which has parsed nothing
   */
  public static int onUndecoded(Undecoded found, CommandLine main, String... arguments) {
    Problem problem =
        new Problem(
            ProblemKind.USAGE,
            ExitCode.USAGE.code(),
            found.message(),
            ErrorLine.of(found.message()),
            found.next());
    print(problem, main, wantsJson(main.getCommandSpec(), List.of(arguments)), "");
    return problem.exit();
  }

  /**
   * Whether the command line asks for JSON. Looks at the words too, because a wrong command line is
   * refused before its options are set.
   */
  private static boolean wantsJson(CommandSpec spec, List<String> words) {
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equalsIgnoreCase(FORMAT + "=" + JSON)
          || (word.equals(FORMAT)
              && i + 1 < words.size()
              && JSON.equalsIgnoreCase(words.get(i + 1)))) {
        return true;
      }
    }
    return spec.root().userObject() instanceof Reader reader && reader.wantsJson();
  }

  private static void print(Problem problem, CommandLine command, boolean json, String trace) {
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().println(json ? problem.json(name, trace) : problem.line(name));
    if (!json && !trace.isEmpty()) {
      command.getErr().print(trace);
      command.getErr().flush();
    }
  }

  private static String trace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }

  public static String line(Throwable failure) {
    if (failure instanceof RequestException request
        && request.kind() == RequestException.Kind.UNAVAILABLE) {
      return "no answer: " + firstLine(failure) + "; is the server running?";
    }
    if (failure instanceof RequestException && firstLine(failure).startsWith(UNKNOWN_CALL)) {
      return "a port that offers this call expected, got another: requests go to server.port, and"
          + " administration goes to server.adminPort";
    }
    if (failure instanceof NoSuchFileException missing) {
      return "no such file or folder: " + missing.getFile();
    }
    if (failure instanceof FileAlreadyExistsException existing) {
      return "exists already: " + existing.getFile();
    }
    String message = firstLine(failure);
    boolean expected = failure.getClass().getName().startsWith("io.unipin.");
    return expected || failure instanceof IllegalArgumentException
        ? message
        : failure.getClass().getSimpleName() + ": " + message;
  }

  private static String firstLine(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank()
        ? failure.getClass().getSimpleName()
        : Shown.line(message.lines().findFirst().orElse(message));
  }
}

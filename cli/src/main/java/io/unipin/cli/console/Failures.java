package io.unipin.cli.console;

import io.unipin.client.RequestException;
import io.unipin.feedlog.source.Shown;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Prints a failure as one line on standard error. With {@code --debug} the stack trace follows. */
public final class Failures {
  /** The root command, which decides how much of a failure is printed. */
  public interface Reader {
    /** Returns whether stack traces are printed. */
    boolean wantsStackTraces();
  }

  private Failures() {}

  public static int onExecution(Exception failure, CommandLine command, ParseResult result) {
    command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + line(failure));
    if (command.getCommandSpec().root().userObject() instanceof Reader reader
        && reader.wantsStackTraces()) {
      failure.printStackTrace(command.getErr());
    }
    return command.getCommandSpec().exitCodeOnExecutionException();
  }

  public static int onUsage(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().println(name + ": " + firstLine(failure) + " (see " + name + " --help)");
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  public static String line(Throwable failure) {
    if (failure instanceof RequestException request
        && request.kind() == RequestException.Kind.UNAVAILABLE) {
      return "no answer: " + firstLine(failure) + "; is the server running?";
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

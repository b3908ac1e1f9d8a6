package io.unipin.cli.console;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A process that runs the {@code unipin} script or another program. Training and serving need
 * environment variables of their own.
 *
 * <p>The process ends when this JVM ends, unless {@link #keep} was called.
 */
public final class ChildProcess implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(20);

  private final String name;
  private final Process process;
  private final Thread stopper = new Thread(this::stop);
  private boolean kept;

  private ChildProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    Runtime.getRuntime().addShutdownHook(stopper);
  }

  /**
   * Runs a command to its end. Shows the command's standard error and drops its standard output.
   */
  public static void run(Home home, List<String> arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder = builder(home, arguments);
    builder.redirectOutput(Redirect.DISCARD).redirectError(Redirect.INHERIT);
    try (ChildProcess child = new ChildProcess(name(arguments), builder.start())) {
      int exit = child.process.waitFor();
      if (exit != 0) {
        throw new CommandException(child.name + " ended with exit code " + exit);
      }
    }
  }

  /** Starts a command in the background. Its standard output and standard error go to one file. */
  public static ChildProcess start(Home home, List<String> arguments, Path output)
      throws IOException {
    return start(home, arguments, Map.of(), output);
  }

  /**
   * Starts a command in the background with additional environment variables. Its standard output
   * and standard error go to one file.
   */
  public static ChildProcess start(
      Home home, List<String> arguments, Map<String, String> environment, Path output)
      throws IOException {
    return start(builder(home, arguments), name(arguments), environment, output);
  }

  /**
   * Starts a command as {@link #start} does. When both processes need the processor, the command
   * gets less processor time than this process.
   */
  public static ChildProcess startBehind(
      Home home, List<String> arguments, Map<String, String> environment, Path output)
      throws IOException {
    ProcessBuilder builder = builder(home, arguments);
    builder.command().addAll(0, List.of("nice", "-n", "5"));
    return start(builder, name(arguments), environment, output);
  }

  /**
   * Starts another program in the background. Its standard output and standard error are appended
   * to one file.
   *
   * @param name name of the program in messages
   */
  public static ChildProcess startProgram(String name, List<String> command, Path output)
      throws IOException {
    ProcessBuilder builder = withoutInput(command);
    builder.redirectErrorStream(true).redirectOutput(Redirect.appendTo(output.toFile()));
    return new ChildProcess(name, builder.start());
  }

  /** Returns the name of a command in messages. */
  private static String name(List<String> arguments) {
    return "'unipin " + arguments.get(0) + "'";
  }

  private static ChildProcess start(
      ProcessBuilder builder, String name, Map<String, String> environment, Path output)
      throws IOException {
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    return new ChildProcess(name, builder.start());
  }

  private static ProcessBuilder builder(Home home, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(home.script().toString()));
    command.addAll(arguments);
    ProcessBuilder builder = withoutInput(command);
    builder.environment().put("UNIPIN_CHILD", "1");
    return builder;
  }

  private static ProcessBuilder withoutInput(List<String> command) {
    return new ProcessBuilder(command).redirectInput(Redirect.from(Path.of("/dev/null").toFile()));
  }

  public long pid() {
    return process.pid();
  }

  /**
   * Waits until the file exists.
   *
   * @param output file with the process's output. If the process ends before the file exists, the
   *     message of the exception quotes the last line of its output.
   */
  public void awaitFile(Path file, Path output, Duration limit)
      throws IOException, InterruptedException {
    await(() -> Files.exists(file), output, limit);
  }

  /** Waits until {@code ready} returns true. Fails like {@link #awaitFile}. */
  public void await(BooleanSupplier ready, Path output, Duration limit)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (!ready.getAsBoolean()) {
      if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
        throw new CommandException(name + " ended: " + lastLine(output));
      }
      if (System.nanoTime() - end > 0) {
        throw new CommandException(name + " is not ready after " + limit);
      }
    }
  }

  private static String lastLine(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
  }

  /** Lets the process continue after this JVM has ended. */
  public void keep() {
    kept = true;
    Runtime.getRuntime().removeShutdownHook(stopper);
  }

  /** Asks the process to end by SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** Ends the process by SIGKILL and waits for its end. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Waits for the process to end, and returns whether it ended within the limit. */
  public boolean awaitEnd(Duration limit) throws InterruptedException {
    return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void stop() {
    process.destroy();
    try {
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    if (kept) {
      return;
    }
    stop();
    try {
      Runtime.getRuntime().removeShutdownHook(stopper);
    } catch (IllegalStateException e) {
      return; // the JVM is already ending and runs the hook
    }
  }
}

package io.unipin.cli.check;

import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/**
 * Runs a command after all checks that are possible before it begins.
 *
 * <p>The paths of the outputs are checked first, then the inputs. The command's own checks ({@link
 * Checked}) come last. A long run must not fail at its end because its output can't be written.
 */
public final class Checks implements IExecutionStrategy {
  @Override
  public int execute(ParseResult result) {
    Integer helped = CommandLine.executeHelpRequest(result);
    if (helped != null) {
      return helped;
    }
    ParseResult last = result;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    CommandSpec spec = last.commandSpec();
    try {
      check(spec);
    } catch (ParameterException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new ExecutionException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    return new RunLast().execute(result);
  }

  private static void check(CommandSpec spec) {
    Map<String, Path> wholes = new LinkedHashMap<>();
    Map<String, Path> outputs = new LinkedHashMap<>();
    for (ArgSpec argument : spec.args()) {
      Output output = mark(argument, Output.class);
      if (output != null && argument.getValue() instanceof Path place) {
        OutputCheck.require(name(argument), output.value(), place);
        Path target = place.toAbsolutePath().normalize();
        outputs.put(name(argument), target);
        if (output.value() == Output.Kind.BUNDLE || output.value() == Output.Kind.FEED_LOG) {
          wholes.put(name(argument), target);
        }
      }
    }
    requireApart(outputs, wholes);
    for (ArgSpec argument : spec.args()) {
      Input input = mark(argument, Input.class);
      if (input != null && argument.getValue() instanceof Path place) {
        InputCheck.require(name(argument), input.value(), place);
        requireKept(name(argument), place.toAbsolutePath().normalize(), outputs);
      }
    }
    if (spec.userObject() instanceof Checked verb) {
      verb.check();
    }
  }

  /**
   * Refuses two outputs at one path, and an output inside the folder of a bundle or feed log. A
   * bundle or feed log is written as a whole folder, which would replace the other output.
   */
  private static void requireApart(Map<String, Path> outputs, Map<String, Path> wholes) {
    outputs.forEach(
        (option, target) -> {
          outputs.forEach(
              (other, place) -> {
                if (!option.equals(other) && target.equals(place)) {
                  throw apart(option, other, target);
                }
              });
          wholes.forEach(
              (other, place) -> {
                if (!option.equals(other) && target.startsWith(place)) {
                  throw apart(option, other, target);
                }
              });
        });
  }

  private static CheckException apart(String option, String other, Path target) {
    return new CheckException(
        "%s: a place outside of that of %s expected, got %s".formatted(option, other, target));
  }

  private static void requireKept(String option, Path input, Map<String, Path> outputs) {
    outputs.forEach(
        (other, target) -> {
          if (target.equals(input)) {
            throw new CheckException(
                "%s: another place than that of %s expected, got %s"
                    .formatted(other, option, target));
          }
        });
  }

  private static <A extends Annotation> @Nullable A mark(ArgSpec argument, Class<A> kind) {
    return argument.userObject() instanceof Field field ? field.getAnnotation(kind) : null;
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }
}

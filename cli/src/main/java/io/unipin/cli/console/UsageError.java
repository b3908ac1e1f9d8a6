package io.unipin.cli.console;

import io.unipin.feedlog.source.Shown;
import io.unipin.settings.Nearest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what is wrong with a command line, in the form that all errors have. */
final class UsageError {
  private static final Set<Class<?>> WHOLE =
      Set.of(int.class, Integer.class, long.class, Long.class);
  private static final Set<Class<?>> DECIMAL =
      Set.of(float.class, Float.class, double.class, Double.class);

  /** A command of the script {@code unipin} that the Java program does not know. */
  private static final String SCRIPTED = "test";

  private UsageError() {}

  static String message(ParameterException failure, List<String> arguments) {
    CommandSpec spec = failure.getCommandLine().getCommandSpec();
    if (failure instanceof UnmatchedArgumentException unmatched) {
      return unmatched(spec, unmatched.getUnmatched().get(0));
    }
    if (failure instanceof MissingParameterException missing) {
      return unknownOption(spec, arguments)
          .map(word -> unmatched(spec, word))
          .orElseGet(() -> missing(missing));
    }
    ArgSpec argument = failure.getArgSpec();
    String value = failure.getValue();
    if (argument == null || value == null) {
      return plain(failure);
    }
    String said = said(failure);
    return said.isEmpty() ? wrong(argument, value) : name(argument) + ": " + said;
  }

  /** Returns the message of the option's own converter about the value; empty if there is none. */
  private static String said(ParameterException failure) {
    String message = plain(failure);
    boolean own = message.startsWith("Invalid value for ") && message.contains(" expected, got ");
    return own ? message.substring(message.indexOf(": ") + 2) : "";
  }

  /** Returns the first word that looks like an option but is not one of the command's options. */
  private static Optional<String> unknownOption(CommandSpec spec, List<String> arguments) {
    return arguments.stream()
        .filter(word -> word.startsWith("--") && word.length() > 2)
        .filter(word -> !spec.optionsMap().containsKey(name(word)))
        .findFirst();
  }

  private static String name(String option) {
    int end = option.indexOf('=');
    return end < 0 ? option : option.substring(0, end);
  }

  private static String unmatched(CommandSpec spec, String word) {
    if (word.startsWith("-")) {
      String name = name(word);
      Set<String> known = new TreeSet<>(spec.optionsMap().keySet());
      return "an option of %s expected, got '%s'%s"
          .formatted(spec.qualifiedName(), Shown.value(name), Nearest.hint(name, known));
    }
    if (spec.subcommands().isEmpty()) {
      return "no further argument expected, got '%s'".formatted(Shown.value(word));
    }
    Set<String> known = new TreeSet<>(spec.subcommands().keySet());
    boolean root = spec.parent() == null;
    if (root) {
      known.add(SCRIPTED);
    }
    return "%s expected, got '%s'%s"
        .formatted(
            root ? "a verb" : "one of " + String.join(", ", known),
            Shown.value(word),
            Nearest.hint(word, known));
  }

  private static String missing(MissingParameterException failure) {
    String names =
        failure.getMissing().stream().map(UsageError::title).collect(Collectors.joining(", "));
    boolean valueless =
        failure.getMissing().stream().allMatch(ArgSpec::isOption)
            && !plain(failure).startsWith("Missing required option");
    if (failure.getMissing().isEmpty()) {
      return plain(failure);
    }
    return valueless
        ? "%s: %s expected, got nothing"
            .formatted(name(failure.getMissing().get(0)), failure.getMissing().get(0).paramLabel())
        : names + " expected, got nothing";
  }

  private static String title(ArgSpec argument) {
    return argument instanceof OptionSpec option
        ? option.longestName() + " " + argument.paramLabel()
        : argument.paramLabel();
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }

  private static String wrong(ArgSpec argument, String value) {
    Class<?>[] types = argument.auxiliaryTypes();
    Class<?> type = types.length == 0 ? argument.type() : types[types.length - 1];
    if (type.isEnum()) {
      List<String> names =
          Arrays.stream(type.getEnumConstants())
              .map(each -> each.toString().toLowerCase(Locale.ROOT))
              .toList();
      return "%s: one of %s expected, got '%s'%s"
          .formatted(name(argument), names, Shown.value(value), Nearest.hint(value, names));
    }
    String expected = argument.paramLabel();
    if (!argument.typeInfo().isMap()) {
      expected =
          WHOLE.contains(type) ? "a whole number" : DECIMAL.contains(type) ? "a number" : expected;
    }
    return "%s: %s expected, got '%s'".formatted(name(argument), expected, Shown.value(value));
  }

  private static String plain(CommandLine.PicocliException failure) {
    String message = String.valueOf(failure.getMessage());
    return Shown.line(message.lines().findFirst().orElse(message));
  }
}

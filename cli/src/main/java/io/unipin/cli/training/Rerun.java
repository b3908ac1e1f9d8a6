package io.unipin.cli.training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The command line of this run with changed values of some options, as text. An error message shows
 * it, so that a user can paste it to continue. This class does not run anything.
 */
final class Rerun {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=,@%+-]+");

  private final List<String> arguments;
  private final Map<String, String> changed = new LinkedHashMap<>();

  private Rerun(List<String> arguments) {
    this.arguments = arguments;
  }

  static Rerun of(CommandSpec spec) {
    return new Rerun(spec.root().commandLine().getParseResult().originalArgs());
  }

  /** Sets an option that has a value. */
  Rerun with(String option, Path value) {
    changed.put(option, value.toString());
    return this;
  }

  /** Sets an option that has no value. */
  Rerun with(String option) {
    changed.put(option, "");
    return this;
  }

  @Override
  public String toString() {
    List<String> words = new ArrayList<>(List.of("./unipin"));
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      String option = argument.replaceFirst("=.*", "");
      if (!changed.containsKey(option)) {
        words.add(argument);
      } else if (!changed.getOrDefault(option, "").isEmpty() && option.equals(argument)) {
        i++; // the option's value
      }
    }
    changed.forEach(
        (option, value) -> {
          words.add(option);
          if (!value.isEmpty()) {
            words.add(value);
          }
        });
    return words.stream().map(Rerun::quoted).collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}

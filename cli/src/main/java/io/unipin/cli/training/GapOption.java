package io.unipin.cli.training;

import io.unipin.cli.console.CommandException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a duration from the command line, such as 90s, 5m, 6h or 30d. */
final class GapOption {
  private static final Pattern GAP = Pattern.compile("([0-9]{1,7})([smhd])");

  private GapOption() {}

  static long seconds(String text) {
    Matcher matcher = GAP.matcher(text);
    if (!matcher.matches()) {
      throw new CommandException(
          "--gaps: a number of up to seven digits and s, m, h or d expected, such as 6h, got "
              + text);
    }
    long unit =
        switch (matcher.group(2)) {
          case "s" -> 1;
          case "m" -> 60;
          case "h" -> 3600;
          default -> 86_400;
        };
    return unit * Long.parseLong(matcher.group(1));
  }
}

package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.cli.Main;
import io.unipin.cli.console.ExitCode;
import io.unipin.cli.console.ProblemKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Checks that pages and the help of commands show the exit codes that the commands have. */
final class ExitCodesTest {
  private static final Path DOCS = Path.of(System.getProperty("unipin.root")).resolve("docs");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\d+) \\| ([^|]*) \\|$");

  /** Matches {@code 3 something does not work} in the help of a command. */
  private static final Pattern IN_HELP = Pattern.compile("(?<=[:;] )(\\d) ([^;]*)(?=[;.])");

  @Test
  void page_showsAllExitCodesAndKinds() throws IOException {
    String page = Files.readString(DOCS.resolve("exit-codes.md"));
    List<String> codes =
        Stream.of(ExitCode.values())
            .map(c -> "| %s | %s | %s |".formatted(c.code(), c.verb(), c.meaning()))
            .toList();
    assertThat(page.lines().filter(line -> line.matches("\\| \\d .*"))).isEqualTo(codes);
    List<String> kinds =
        Stream.of(ProblemKind.values())
            .map(kind -> "| %s | %s |".formatted(kind.label(), kind.meaning()))
            .toList();
    assertThat(page.lines().filter(line -> line.matches("\\| [a-z-]+ \\| [^|]* \\|")))
        .filteredOn(line -> !line.startsWith("| code |"))
        .isEqualTo(kinds);
  }

  @ParameterizedTest
  @ValueSource(strings = {"doctor", "try", "validate"})
  void pageAndHelpOfACommand_agreeWithTheTable(String verb) throws IOException {
    List<MatchResult> rows =
        ROW.matcher(Files.readString(DOCS.resolve(verb + ".md"))).results().toList();
    assertAgrees(verb, rows);
    CommandLine command = Objects.requireNonNull(Main.commandLine().getSubcommands().get(verb));
    String footer = String.join(" ", command.getCommandSpec().usageMessage().footer());
    assertAgrees(
        verb, IN_HELP.matcher(footer.substring(footer.indexOf("Exit codes:"))).results().toList());
  }

  /**
   * Checks the codes that a text gives for a command. If a code belongs to this command alone, the
   * text must explain it in the words of the table. If all commands have the code, the text may say
   * more about this command.
   */
  private static void assertAgrees(String verb, List<MatchResult> shown) {
    List<ExitCode> known =
        Stream.of(ExitCode.values())
            .filter(code -> code.verb().equals("all") || code.verb().equals(verb))
            .toList();
    assertThat(shown.stream().map(row -> Integer.valueOf(row.group(1))))
        .isEqualTo(known.stream().map(ExitCode::code).toList());
    for (ExitCode code : known) {
      if (code.verb().equals(verb)) {
        assertThat(shown.get(code.code()).group(2)).isEqualTo(code.meaning());
      }
    }
  }
}

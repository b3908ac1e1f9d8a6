package io.unipin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

final class MainTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @Test
  void run_everyVerbHasHelpWithAnExample() {
    for (String verb : Main.commandLine().getSubcommands().keySet()) {
      out.getBuffer().setLength(0);
      assertThat(run(verb, "--help")).as(verb).isZero();
      assertThat(out.toString()).as(verb).contains("Example").contains("./unipin " + verb);
    }
  }

  /** A server may require TLS and a token of every caller. */
  @Test
  void commands_thatCallAServer_takeItsAuthoritiesAndAToken() {
    List<CommandSpec> calls =
        commands(Main.commandLine())
            .map(CommandLine::getCommandSpec)
            .filter(command -> command.options().stream().anyMatch(MainTest::isServer))
            .toList();
    assertThat(calls).hasSizeGreaterThan(10);
    for (CommandSpec call : calls) {
      assertThat(call.optionsMap().keySet())
          .as(call.qualifiedName())
          .contains("--ca", "--certificate", "--key", "--token");
    }
  }

  private static Stream<CommandLine> commands(CommandLine of) {
    return Stream.concat(
        Stream.of(of), of.getSubcommands().values().stream().flatMap(MainTest::commands));
  }

  private static boolean isServer(OptionSpec option) {
    return option.paramLabel().startsWith("HOST:PORT");
  }

  @Test
  void commandLineFor_wordsOfAVerb_hasThisVerbAlone() {
    CommandLine all = Main.commandLine();
    all.getSubcommands()
        .forEach(
            (verb, command) -> {
              CommandLine main = Main.commandLineFor(verb, "--help");
              assertThat(main.getSubcommands()).as(verb).containsKey(verb);
              boolean own = !(command.getCommand() instanceof Verb);
              assertThat(main.getSubcommands().size() == 1).as(verb).isEqualTo(own);
            });
    assertThat(Main.commandLineFor("dance").getSubcommands()).hasSameSizeAs(all.getSubcommands());
    assertThat(Main.commandLineFor("--debug", "request").getSubcommands())
        .hasSameSizeAs(all.getSubcommands());
  }

  @Command(name = "terse")
  private static final class TerseVerb implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
      spec.commandLine().getOut().print("no line end");
      spec.commandLine().getErr().print("nor here");
    }
  }

  @Test
  void run_outputWithoutALineEnd_isWrittenWhole() {
    CommandLine main =
        Main.commandLine()
            .addSubcommand(new TerseVerb())
            .setOut(new PrintWriter(new BufferedWriter(out), true))
            .setErr(new PrintWriter(new BufferedWriter(err), true));
    assertThat(Main.run(main, Map.of(), "terse")).isZero();
    assertThat(out).hasToString("no line end");
    assertThat(err).hasToString("nor here");
  }

  private int run(Map<String, String> environment, String... arguments) {
    CommandLine main =
        Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return Main.run(main, environment, arguments);
  }

  @Test
  void run_wordThatTheJvmCouldNotDecode_isRefused() {
    assertThat(run(Map.of(), "erase", "--user", "zo\uFFFD")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).startsWith("unipin: an argument in UTF-8 expected, got 'zo\uFFFD'");
    assertThat(run(Map.of(), "erase", "--help", "--user", "zo\u00eb")).isZero();
  }

  @Test
  void run_variableThatTheJvmCouldNotDecode_isRefused() {
    Map<String, String> environment = Map.of("UNIPIN_TOKEN", "secret\uFFFD");
    assertThat(run(environment, "--errors", "json", "erase", "--help"))
        .isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString())
        .startsWith("{\"error\":{\"code\":\"usage\"")
        .contains("\"place\":\"UNIPIN_TOKEN\"")
        .doesNotContain("secret");
  }

  @Test
  void run_wordThatBeginsWithAt_isNotTheContentOfAFile() throws IOException {
    Path file = folder.resolve("alice");
    Files.writeString(file, "--nope");
    String word = "@" + file;
    assertThat(Main.commandLine().parseArgs("erase", "--user", word).subcommand().originalArgs())
        .containsExactly("erase", "--user", word);
    assertThat(run("erase", "--user", word, "--help")).isZero();
  }

  @Test
  void run_unknownVerb_oneLineAndTwo() {
    assertThat(run("dance")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).startsWith("unipin: ").contains("dance");
  }

  @Test
  void run_misspeltVerb_nearestVerbAndRightCommand() {
    assertThat(run("serv", "--bundle", "a b")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err)
        .hasToString(
            "unipin: a verb expected, got 'serv'; did you mean 'serve'?"
                + " (next: ./unipin serve --bundle 'a b')"
                + System.lineSeparator());
  }

  @Test
  void run_errorsAsJson_oneObject() {
    assertThat(run("--errors=json", "tset")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString())
        .startsWith("{\"error\":{\"code\":\"usage\",\"exit\":2,\"command\":\"unipin\"")
        .contains("\"got\":\"tset\",\"nearest\":\"test\"");
  }

  @Test
  void run_noVerb_oneLineAndTwo() {
    assertThat(run()).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString().lines()).hasSize(1);
  }
}

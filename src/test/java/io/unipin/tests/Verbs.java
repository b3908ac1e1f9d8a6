package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;

/** Runs commands of the command line in this process. */
final class Verbs {
  private Verbs() {}

  /** Runs a command and returns its output. The command must succeed. */
  static String run(String... arguments) {
    CommandLine main = Main.commandLine();
    StringWriter out = new StringWriter();
    main.setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
    assertThat(main.execute(arguments)).as("%s: %s", List.of(arguments), out).isZero();
    return out.toString();
  }
}

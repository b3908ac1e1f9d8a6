package io.unipin.tests;

import io.unipin.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** The exit code of a command, and the lines that it printed. */
record Printed(int code, List<String> out, List<String> err) {
  Printed {
    out = List.copyOf(out);
    err = List.copyOf(err);
  }

  /** Runs a command of the command line in this process. */
  static Printed by(List<String> arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments.toArray(String[]::new));
    return new Printed(code, out.toString().lines().toList(), err.toString().lines().toList());
  }

  String text() {
    return String.join("\n", out);
  }
}

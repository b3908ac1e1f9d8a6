package io.unipin.benchmarks.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class FuzzCommandTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --replay crash | --replay: one --target expected, got 0
          --replay crash --target rpc --target http | --replay: one --target expected, got 2
          --replay crash --target map | --target: one of [rpc, http,
          """)
  void call_wrongOptions_areRefusedBeforeAnythingRuns(String options, String message) {
    StringWriter err = new StringWriter();
    CommandLine fuzz = new CommandLine(new FuzzCommand()).setErr(new PrintWriter(err, true));
    assertThat(fuzz.execute(options.split(" "))).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).startsWith(message);
  }
}

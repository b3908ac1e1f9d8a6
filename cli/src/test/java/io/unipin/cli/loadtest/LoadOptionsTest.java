package io.unipin.cli.loadtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Tests that a load test refuses impossible options before it asks the server. */
@Timeout(60)
final class LoadOptionsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--zipf=-1|--zipf: a finite number of 0 or more expected, got -1.0",
        "--zipf=NaN|--zipf: a finite number of 0 or more expected, got NaN",
        "--zipf=Infinity|--zipf: a finite number of 0 or more expected, got Infinity",
        "--users=0|--users: 1 to 10,000,000 expected, got 0",
        "--new-users=NaN|--new-users: a share of 0 to 1 expected, got NaN",
        "--pages=0|--pages: a mean of 1 or more expected, got 0.0",
        "--pages=many|--pages: a distribution such as 5,",
        "--actions=-1|--actions: a distribution such as 5,",
        "--think=lognormal:1:100|--think: a distribution with a mean of at most 1,000,000 expected",
        "--history=1e7|--history: a distribution with a mean of at most 1,000,000 expected",
        "--p99=0ms|--p99: a time such as 50ms or 2s, at most 10080m, expected, got 0ms",
        "--duration=fast|--duration: a time such as 50ms or 2s, at most 10080m, expected, got fast",
        "--warm-up=1e-9ms|--warm-up: a time such as 50ms or 2s",
        "--deadline=1e300s|--deadline: a time such as 50ms or 2s",
        "--steps=5,NaN|--steps: positive rates expected, got NaN",
        "--start=Infinity|finite --start above 0, --growth above 1 and --refine of 0 or more expected",
        "--growth=Infinity|finite --start above 0, --growth above 1 and --refine of 0 or more expected"
      })
  void option_thatIsImpossible_isRefusedInOneLine(String option, String message)
      throws IOException {
    StringWriter err = new StringWriter();
    try (FakeUniPin server = new FakeUniPin()) {
      server.keeps = user -> true; // so that the server remembers whom it was asked about
      CommandLine main = Main.commandLine();
      main.setErr(new PrintWriter(err, true));
      assertThat(main.execute("loadtest", "--address=" + server.address(), option)).isEqualTo(1);
      assertThat(server.users).isEmpty();
    }
    assertThat(err.toString()).startsWith("unipin loadtest: " + message).hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
  void zipf_impossibleExponent_isRefused(double exponent) {
    assertThatThrownBy(() -> new Zipf(3, exponent)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void times_areRead() {
    assertThat(Times.parse("--p99", "50ms").toMillis()).isEqualTo(50);
    assertThat(Times.parse("--p99", "1.5s").toMillis()).isEqualTo(1500);
    assertThat(Times.parse("--p99", "10080m").toDays()).isEqualTo(7);
  }
}

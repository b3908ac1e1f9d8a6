package io.unipin.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

final class ExperimentCommandTest {
  private static final String CONFIG =
      """
      experiments:
        layers:
          retrieval:
            experiments:
              wide:
                rollout: 50
                arms:
                  control:
                  wide: {settings: {retrieval: {candidates: 400}}}
                overrides: {tester: wide}
      """;

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return main.execute(arguments);
  }

  private String config(String yaml) throws IOException {
    return Files.writeString(folder.resolve("server.yaml"), yaml).toString();
  }

  @Test
  void validate_printsWhatEachArmChanges() throws IOException {
    assertThat(run("experiment", "validate", "--config", config(CONFIG))).isZero();
    assertThat(out.toString())
        .containsPattern("retrieval +wide +0-9999 +50.0 % +control +50.00 % +nothing")
        .containsPattern("retrieval +wide +0-9999 +50.0 % +wide +50.00 % +retrieval.candidates")
        .contains("1 experiments in 1 layers, 0.00 % of the users held out");
  }

  @Test
  void validate_ofAMistake_namesItsPlace() throws IOException {
    String wrong = config(CONFIG.replace("candidates: 400", "candidates: -4"));
    assertThat(run("experiment", "validate", "--config", wrong)).isNotZero();
    assertThat(err.toString())
        .startsWith("unipin experiment validate: server.yaml:9:")
        .contains("arms.wide.settings.retrieval.candidates: 1 to 4096 expected, got -4");
  }

  @Test
  void assign_printsArms() throws IOException {
    assertThat(run("experiment", "assign", "--config", config(CONFIG), "tester", "u1", "u2", "u3"))
        .isZero();
    assertThat(out.toString())
        .containsPattern("tester +retrieval +wide +wide \\(override\\)")
        .containsPattern("u[123] +- +- +-");
  }

  /**
   * Users click on 30 % of the items that the ranking kept, and on 70 % of the items that
   * exploration drew. Testers, whose arm is set by name, click on everything; neither their pages
   * nor pages from before an exposure count.
   */
  @Test
  void report_withAPolicy_estimatesItsValueOnThePagesOfEachArm() throws IOException {
    List<String> exposures =
        new ArrayList<>(
            List.of(
                "timeMs,user,layer,experiment,arm,salt,overridden,requestId,bundle,index,config"));
    List<String> served = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      String arm = i % 2 == 0 ? "control" : "wide";
      exposures.add("5,u%d,retrieval,wide,%s,unipin,false,r,b,i,c".formatted(i, arm));
      boolean drawn = arm.equals("wide") && i % 4 == 1;
      String draws =
          arm.equals("control")
              ? ""
              : ",\"format\":3,\"draws\":{\"generation\":1,\"propensities\":[1.0,0.5],\"explored\":[%s]}"
                  .formatted(drawn ? "1" : "");
      served.add(
          "{\"view\":\"v\",\"user\":\"u%d\",\"timeMs\":10,\"surface\":\"s\",\"items\":[1,%d],\"arm\":\"other=x,wide=%s\"%s}"
              .formatted(i, drawn ? 3 : 2, arm, draws));
      if (i / 4 % 10 < (drawn ? 7 : 3)) {
        served.add(
            "{\"user\":\"u%d\",\"timeMs\":11,\"surface\":\"s\",\"items\":[%d],\"actions\":[\"click\"],\"event\":\"e\"}"
                .formatted(i, drawn ? 3 : 2));
      }
    }
    for (int i = 0; i < 40; i++) {
      exposures.add("5,tester%d,retrieval,wide,wide,unipin,true,r,b,i,c".formatted(i));
      served.add(kept("tester" + i, 10));
      served.add(
          "{\"user\":\"tester%d\",\"timeMs\":11,\"surface\":\"s\",\"items\":[2],\"actions\":[\"click\"],\"event\":\"e\"}"
              .formatted(i));
      served.add(kept("u" + (2 * i + 1), 4));
    }
    Path log = Files.write(folder.resolve("e.csv"), exposures);
    Path pages = Files.createDirectories(folder.resolve("served"));
    Files.write(pages.resolve("served-000000000000001.jsonl"), served);
    Path json = folder.resolve("report.json");
    String[] report = {
      "experiment",
      "report",
      "--config",
      config(CONFIG),
      "--name",
      "wide",
      "--exposures",
      log.toString(),
      "--served",
      pages.toString(),
      "--policy",
      "drawn=0",
      "--policy",
      "drawn=0.9",
      "--json",
      json.toString()
    };
    assertThat(run(report)).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("Other policies on the pages of control:")
        .contains("explored places on which users acted expected, got 0 places")
        .contains("Other policies on the pages of wide:")
        .contains("policy drawn=0.9: pages that were served with slate.exploration.logCandidates");
    JsonNode policies = new ObjectMapper().readTree(json.toFile()).at("/results/policies/wide");
    assertThat(policies.at("/refused")).hasSize(1);
    JsonNode none = policies.at("/estimates/0");
    assertThat(none.at("/policy").asText()).isEqualTo("drawn=0.0");
    assertThat(none.at("/size/choices").asInt()).isEqualTo(1000);
    assertThat(none.at("/logged").asDouble()).isEqualTo(0.5);
    assertThat(none.at("/snips/value").asDouble()).isCloseTo(0.3, within(1e-9));
    assertThat(none.at("/effectiveSize").asDouble()).isCloseTo(500, within(1e-9));
    assertThat(none.at("/snips/interval/high").asDouble()).isBetween(0.31, 0.35);

    err.getBuffer().setLength(0);
    report[8] = "--outcomes";
    report[9] = log.toString();
    assertThat(run(report)).isNotZero();
    assertThat(err.toString()).contains("--policy needs --served");
  }

  /** Returns a page of the arm {@code wide} whose second item was kept by a draw. */
  private static String kept(String user, long timeMs) {
    return "{\"view\":\"v%2$d\",\"user\":\"%1$s\",\"timeMs\":%2$d,\"surface\":\"s\",\"items\":[1,2],\"arm\":\"wide=wide\",\"format\":3,\"draws\":{\"generation\":1,\"propensities\":[1.0,0.5],\"explored\":[]}}"
        .formatted(user, timeMs);
  }

  @Test
  void report_printsLiftsAndWritesThem() throws IOException {
    List<String> exposures =
        new ArrayList<>(
            List.of(
                "timeMs,user,layer,experiment,arm,salt,overridden,requestId,bundle,index,config"));
    List<String> outcomes = new ArrayList<>(List.of("user,timeMs,metric,value"));
    for (int i = 0; i < 400; i++) {
      String arm = i % 2 == 0 ? "control" : "wide";
      exposures.add("5,u%d,retrieval,wide,%s,unipin,false,r,b,i,c".formatted(i, arm));
      outcomes.add("u%d,9,orders,%d".formatted(i, 3 + i % 2 + i % 7 % 3));
    }
    Path log = Files.write(folder.resolve("e.csv"), exposures);
    Path orders = Files.write(folder.resolve("o.csv"), outcomes);
    Path json = folder.resolve("report.json");
    String[] report = {
      "experiment",
      "report",
      "--config",
      config(CONFIG),
      "--name",
      "wide",
      "--exposures",
      log.toString(),
      "--outcomes",
      orders.toString(),
      "--json",
      json.toString()
    };
    assertThat(run(report)).as(err.toString()).isZero();
    assertThat(out.toString()).contains("orders per user").contains("fit their shares");
    JsonNode written = new ObjectMapper().readTree(json.toFile()).path("results").path("report");
    assertThat(written.path("comparisons").get(0).path("lift").asDouble()).isBetween(0.2, 0.3);

    assertThat(
            run(
                "experiment",
                "report",
                "--name",
                "wide",
                "--share",
                "control=9",
                "--share",
                "wide=1",
                "--exposures",
                log.toString(),
                "--outcomes",
                orders.toString()))
        .isNotZero();
    assertThat(err.toString())
        .contains("refused: users by arm {control=200, wide=200}")
        .hasLineCount(1);
    assertThat(
            run(
                "experiment",
                "report",
                "--name",
                "other",
                "--exposures",
                log.toString(),
                "--outcomes",
                orders.toString()))
        .isNotZero();
    assertThat(err.toString())
        .contains("--name: one of the experiments [], or --share, expected, got 'other'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--share control=0 --share wide=0|--share: a finite sum above 0 expected, got {control=0.0, wide=0.0}",
        "--share control=2 --share wide=-1|--share: a finite number of 0 or more for each arm expected, got wide=-1.0",
        "--share control=1 --share wide=Infinity|--share: a finite number of 0 or more for each arm expected, got wide=Infinity",
        "--share control=NaN --share wide=1|--share: a finite number of 0 or more for each arm expected, got control=NaN",
        "--share control=1e308 --share wide=1e308|--share: a finite sum above 0 expected",
        "--share control=1 --share wide=1 --past P999999999999D|--past: a duration longer than zero, at most P36500D, expected",
        "--share control=1 --share wide=1 --past PT0S|--past: a duration longer than zero, at most P36500D, expected",
        "--share control=1 --share wide=1 --until +1000000000-12-31T23:59:59Z|--until: a time from 1970-01-01T00:00:00Z to",
        "--share control=1 --share wide=1 --attribution P999999999999D|--attribution: a duration longer than zero",
        "--share control=1 --share wide=1 --expected-lift NaN|--expected-lift: more than 0, at most 10 expected, got NaN",
        "--share controll=1 --share wide=1|--control: one of the arms [controll, wide] expected, got 'control'; did you mean 'controll'?"
      })
  void report_optionThatIsImpossible_isRefusedInOneLine(String options, String message)
      throws IOException {
    Path log =
        Files.writeString(
            folder.resolve("e.csv"),
            "timeMs,user,layer,experiment,arm,salt,overridden,requestId,bundle,index,config\n");
    Path orders = Files.writeString(folder.resolve("o.csv"), "user,timeMs,metric,value\n");
    List<String> words =
        new ArrayList<>(
            List.of(
                "experiment",
                "report",
                "--name=wide",
                "--exposures=" + log,
                "--outcomes=" + orders));
    words.addAll(List.of(options.split(" ", -1)));
    assertThat(run(words.toArray(String[]::new))).isEqualTo(1);
    assertThat(err.toString()).startsWith("unipin experiment report: " + message).hasLineCount(1);
  }
}

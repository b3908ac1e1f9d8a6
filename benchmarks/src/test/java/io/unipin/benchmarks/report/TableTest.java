package io.unipin.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TableTest {
  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(
        folder.resolve("run.json"),
        """
        {"machine": {"cpu": "Intel(R) Xeon(R) Processor"}, "date": "2026-01-02T03:04:05Z",
         "results": {"big": 1234567.8, "share": 0.0225, "less": -0.00001, "text": "some", "none": null,
           "ratio": {"median": 1.751, "quartile1": 1.5, "quartile3": 2},
           "seeds": {"mean": 0.31, "spread": 0.002}, "seed": {"mean": 0.31, "spread": null},
           "rows": [{"n": 3, "IVF256,Flat": 1.5}, {"n": 1, "IVF256,Flat": 2.5}],
           "named": {"like": {"n": 3}, "hide": {"n": null}, "save": {"n": 4}}}}
        """);
  }

  private String cell(String cell) {
    String[] lines =
        Table.of("t", "head").row("run", cell).markdown(new ResultFiles(folder)).split("\n", -1);
    assertThat(lines).startsWith("| head |", "|---|").hasSize(4);
    return lines[2].substring(2, lines[2].length() - 2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{big|,};1,234,568",
        "{big|1/1000};1234.6",
        "{share|%1};2.3 %",
        "{share|3};0.023",
        "{less|2};0.00",
        "{less|%1};0.0 %",
        "{text}, {none|2};some, –",
        "{ratio|q2};1.75 (1.50 to 2.00)",
        "{nowhere?|2}, {rows/2/n?|>=3 project}, {rows/0/n?|0};–, –, 3",
        "{seeds|s2} {seed|s2};0.31 ± 0.00 0.31",
        "{seeds|m2};0.31",
        "{rows/1/n};1",
        "{rows/*/n|0};3, 1",
        "{rows/*/IVF256,Flat|r1};1.5 to 2.5",
        "{/machine/cpu|cpu} {/date|day};Intel Xeon 2026-01-02",
        "[x]({@file});[x](run.json)",
        "{ratio/median|>=1.60 project};at least 1.60 (project): met",
        "{ratio/median|<=1.60 project};at most 1.60 (project): missed",
        "{share|<=2% project};at most 2 % (project): missed",
        "{big|>=1,000,000 project};at least 1,000,000 (project): met",
        "{share|<=0 project};0 (project): missed",
        "{share|>=-1% project};at least -1 % (project): met",
        "{big|<={rows/0/n|0} rows};at most 3 (rows): missed"
      })
  void cell_isFilledFromTheFile(String cell, String filled) {
    assertThat(cell(cell)).isEqualTo(filled);
  }

  @Test
  void optional_isFilledFromTheFirstFileThatHasIt() {
    Table table =
        Table.of("t", "a", "b")
            .optional("absent|run#ratio", "{@file}", "{median|2}")
            .optional("absent|run#nowhere", "{@file}", "{median|2}")
            .optional("run#big", "big", "{/results/big|,}");
    assertThat(table.markdown(new ResultFiles(folder)))
        .isEqualTo(
            """
            | a | b |
            |---|---|
            | run.json | 1.75 |
            | big | 1,234,568 |
            """);
    assertThat(Table.of("t", "a").optional("absent#big", "x").markdown(new ResultFiles(folder)))
        .isEmpty();
  }

  @Test
  void each_makesARowOfEveryElement() {
    Table table = Table.of("t", "a", "b").each("run#rows", "{n}", "{/date|day}").published("x", "");
    assertThat(table.markdown(new ResultFiles(folder)))
        .isEqualTo(
            """
            | a | b |
            |---|---|
            | 3 | 2026-01-02 |
            | 1 | 2026-01-02 |
            | x |  |
            """);
  }

  @Test
  void eachIf_ofAnObject_writesTheFieldsThatHaveTheFigure() {
    Table table =
        Table.of("t", "a", "b")
            .eachIf("n", "run#named", "{@key}", "{/results/named/{@key}/n|1}")
            .eachIf("n", "run#nowhere", "{@key}", "{n}");
    assertThat(table.markdown(new ResultFiles(folder)))
        .isEqualTo(
            """
            | a | b |
            |---|---|
            | like | 3.0 |
            | save | 4.0 |
            """);
  }

  @Test
  void rowIf_writesTheRowIfTheFileHasTheFigure() {
    Table table =
        Table.titled("Shares", "t", "a")
            .rowIf("none", "run", "{none}")
            .rowIf("share/none", "run", "{share}")
            .rowIf("n", "run#nowhere", "{n}");
    assertThat(table.markdown(new ResultFiles(folder))).as("no rows, no table").isEmpty();
    assertThat(table.rowIf("share", "run", "{share|%1}").markdown(new ResultFiles(folder)))
        .isEqualTo(
            """
            ### Shares

            | a |
            |---|
            | 2.3 % |
            """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{nowhere|2};run.json, nowhere: a file with nowhere expected, got none",
        "{text|2};a number expected, got STRING",
        "{big|q2};a figure with median expected",
        "{big|2 digits};a format of a figure expected, got 2 digits"
      })
  void cell_thatCannotBeFilled_saysWhich(String cell, String message) {
    assertThatThrownBy(() -> cell(cell))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void row_withCellsMissing_isRefused() {
    assertThatThrownBy(() -> Table.of("t", "a", "b").row("run", "{big|0}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("t: 2 cells expected");
  }
}

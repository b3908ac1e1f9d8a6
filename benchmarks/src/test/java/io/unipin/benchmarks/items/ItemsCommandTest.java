package io.unipin.benchmarks.items;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.cli.check.CheckException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ItemsCommandTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--only=cold,tepid | visible, many, equal, keys, explore, cold expected for --only, got"
            + " tepid",
        "--data=beauty,books| beauty, beauty-by-time, simulator, kuairand, ml-100k expected for"
            + " --data, got books",
        "--seeds=0 | --seeds: 1 or more expected, got 0"
      })
  void check_wrongOption_isRefused(String option, String message) {
    ItemsCommand command = new ItemsCommand();
    new CommandLine(command).parseArgs(option);
    assertThatThrownBy(command::check).isInstanceOf(CheckException.class).hasMessage(message);
  }

  /** A setting that no recipe has must not be found only after hours of training. */
  @ParameterizedTest
  @CsvSource({"training.idDropuot=0.1", "training.idDropout=2"})
  void check_wrongSetting_isRefusedBeforeAnyTraining(String setting) {
    ItemsCommand command = new ItemsCommand();
    new CommandLine(command).parseArgs("--only=cold", "--data=simulator", "--set", setting);
    assertThatThrownBy(command::check).hasMessageContaining("idDropout");
  }
}

package io.unipin.cli.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.cli.check.CheckException;
import io.unipin.prerank.FittedPreRank;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

final class PreRankOptionsTest {
  private static PreRankOptions read(String options) {
    return CommandLine.populateCommand(new PreRankOptions(), options.split(" "));
  }

  @Test
  void check_allowedOptions_pass() {
    PreRankOptions options = read("--pre-rank 3 --follows 150");
    options.check();
    assertThat(options.isWanted()).isTrue();
    assertThat(CommandLine.populateCommand(new PreRankOptions()).isWanted()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--pre-rank 2 | --pre-rank: 3 to 10 expected, got 2",
        "--pre-rank -1 | --pre-rank: 3 to 10 expected, got -1",
        "--pre-rank 11 | --pre-rank: 3 to 10 expected, got 11",
        "--pre-rank 5 --follows 151 | --follows: 0 to 150 expected, got 151",
        "--follows 5 | --follows: --pre-rank expected"
      })
  void check_wrongOptions_areRefused(String options, String message) {
    assertThatThrownBy(() -> read(options).check())
        .isInstanceOf(CheckException.class)
        .hasMessage(message);
  }

  @Test
  void text_ofTraining_namesWeightsAndShares() {
    FittedPreRank fitted =
        new FittedPreRank(
            1,
            0.5f,
            List.of(new FittedPreRank.Feature("follows", 0.25f, 0)),
            1200,
            1050,
            210,
            0.5,
            0.75);
    assertThat(TrainText.preRank(Optional.of(fitted)))
        .isEqualTo(
            "pre-ranking: by 0.5000 x retrieval score +0.2500 x follows; of the 1,200 validation"
                + " targets found, the best 210 of 1,050 candidates hold 0.7500, those of retrieval"
                + " alone 0.5000");
    assertThat(TrainText.preRank(Optional.empty())).startsWith("pre-ranking: none, because");
  }
}

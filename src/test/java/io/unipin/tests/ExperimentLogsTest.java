package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.cli.report.ExperimentReport;
import io.unipin.cli.report.ReportQuestion;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class ExperimentLogsTest {
  @TempDir Path folder;

  private static RetrieveAndRankRequest page(String id) {
    return RetrieveAndRankRequest.newBuilder()
        .setUser(UserContext.newBuilder().setUserId(id).setTimeMs(TinyServer.NOW))
        .build();
  }

  @Test
  void logs_ofAServer_areWhatTheReportReads() throws IOException {
    String layers =
        "experiments.layers={l: {experiments: {same: {arms: {control: {}, other: {}}}}}}";
    String[] settings = {
      layers,
      "exposureLog.folder=" + folder.resolve("exposures"),
      "servedLog.enabled=true",
      "servedLog.folder=" + folder.resolve("served"),
      "page.size=5"
    };
    int users = 300;
    try (TinyServer server = TinyServer.start(folder, settings)) {
      UniPinClient client = server.client();
      for (int i = 0; i < users; i++) {
        RetrieveAndRankResponse response = client.retrieveAndRank(page("u" + i));
        UserActions.Builder actions = UserActions.newBuilder().setUserId("u" + i);
        for (int click = 0; click <= i % 3; click++) {
          actions.addActions(
              Action.newBuilder()
                  .setItemId(response.getItems(click).getItemId())
                  .addActions("click")
                  .setTimeMs(TinyServer.NOW + 1 + click)
                  .setEventId("e" + click));
        }
        client.recordActions(RecordActionsRequest.newBuilder().addUsers(actions).build());
      }
    }
    ReportQuestion question =
        new ReportQuestion(
            "same",
            "control",
            Map.of("control", 0.5, "other", 0.5),
            List.of(),
            0.1,
            Duration.ofDays(1),
            Long.MAX_VALUE);
    ExperimentReport report =
        ExperimentReport.of(
            question,
            folder.resolve("exposures"),
            Optional.of(folder.resolve("served")),
            Optional.empty());
    assertThat(report.users().users().values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(users);
    assertThat(report.unreadable()).isZero();
    assertThat(report.comparisons())
        .filteredOn(comparison -> comparison.metric().equals("click/impressions"))
        .singleElement()
        .satisfies(
            comparison -> {
              // on average, two of five users click
              assertThat(comparison.control()).isBetween(0.3, 0.5);
              assertThat(comparison.interval().contains(0)).isTrue();
            });
  }
}

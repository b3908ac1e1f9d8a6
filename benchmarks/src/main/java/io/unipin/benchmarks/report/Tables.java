package io.unipin.benchmarks.report;

import java.util.List;
import java.util.stream.Stream;

/** The list of the tables of all results pages. Each table is on one page. */
final class Tables {
  private Tables() {}

  static List<Table> all() {
    return Stream.of(
            FirstPageTables.all(),
            HeadlineTables.all(),
            SpeedTables.all(),
            StageTables.all(),
            EngineTables.all(),
            ServiceTables.all(),
            ItemTables.all(),
            TrialTables.all(),
            ClusterTables.all(),
            CacheTables.all(),
            IndexTables.all(),
            ExperimentTables.all(),
            QualityTables.all(),
            QualityDetailTables.all(),
            AblationTables.all(),
            DemoTables.all())
        .flatMap(List::stream)
        .toList();
  }
}

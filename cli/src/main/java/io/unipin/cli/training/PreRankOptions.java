package io.unipin.cli.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.cli.check.CheckException;
import io.unipin.cli.console.CommandException;
import io.unipin.counts.CountedRanking;
import io.unipin.evaluate.Evaluator;
import io.unipin.evaluate.prerank.PreRankResult;
import io.unipin.evaluate.prerank.PreRankStudy;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.model.features.PageOrder;
import io.unipin.prerank.FollowTable;
import io.unipin.prerank.PreRank;
import io.unipin.serving.bundle.LoadedBundle;
import java.io.PrintWriter;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** Options of a study of pre-ranking. */
final class PreRankOptions {
  private static final int LEAST = 3;
  private static final int MOST = 10;
  private static final int MOST_FOLLOWS = FollowTable.LAST * FollowTable.MOST;
  private static final int STUDIED_USERS = 5000;

  @Option(
      names = "--pre-rank",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Also measure how many candidates a page must score with retrieval.preRank N (3 to 10),"
              + " and without it.")
  private int factor;

  @Option(
      names = "--follows",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "With --pre-rank: number of candidates that follow the last positive items, as"
              + " retrieval.follows of a server. Default: ${DEFAULT-VALUE}.")
  private int follows;

  boolean isWanted() {
    return factor != 0;
  }

  void check() {
    if (factor != 0 && (factor < LEAST || factor > MOST)) {
      throw new CheckException(
          "--pre-rank: %s to %s expected, got %s".formatted(LEAST, MOST, factor));
    }
    if (follows < 0 || follows > MOST_FOLLOWS) {
      throw new CheckException(
          "--follows: 0 to %s expected, got %s".formatted(MOST_FOLLOWS, follows));
    }
    if (follows > 0 && factor == 0) {
      throw new CheckException("--follows: --pre-rank expected");
    }
  }

  /** Studies the pages of a bundle, and prints and returns the figures. */
  ObjectNode study(LoadedBundle bundle, FeedLog log, Holdout holdout, PrintWriter console) {
    Supplier<CommandException> none =
        () ->
            new CommandException(
                "--pre-rank: a bundle with weights of pre-ranking expected, got none in "
                    + bundle.name());
    PreRank rule = bundle.preRank().orElseThrow(none);
    FollowTable table = bundle.follows().orElseThrow(none);
    PageOrder order =
        bundle.pageOrder().orElseGet(() -> PageOrder.ofPositives(bundle.model().config()));
    CountedRanking counts = bundle.counts().orElse(null);
    if (counts != null && !Evaluator.endsBefore(counts, holdout, Part.TEST)) {
      throw new CommandException(
          "--pre-rank: counts that end before the test part expected in " + bundle.name());
    }
    PreRankStudy.Page page = new PreRankStudy.Page(order, counts);
    PreRankStudy.Settings settings = new PreRankStudy.Settings(factor, follows, STUDIED_USERS);
    PreRankResult result =
        PreRankStudy.run(log, holdout, bundle.model(), page, rule, table, settings);
    console.print(result.toTable());
    return result.toJson();
  }
}

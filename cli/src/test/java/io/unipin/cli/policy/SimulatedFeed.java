package io.unipin.cli.policy;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.simulator.FeedSimulator;
import io.unipin.feedlog.simulator.SimulatorConfig;
import io.unipin.serving.impressions.ImpressionCounts;
import io.unipin.serving.items.live.ItemView;
import io.unipin.serving.log.ServedChoice;
import io.unipin.serving.request.Draw;
import io.unipin.serving.request.Draws;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.slate.ExplorationConfig;
import io.unipin.serving.slate.PageId;
import io.unipin.serving.slate.SlateConfig;
import io.unipin.serving.slate.SlateRules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Serves pages with exploration to simulated users. The simulator knows the true probability of a
 * click on every candidate.
 */
final class SimulatedFeed {
  static final int PAGE = 5;

  private final FeedLog log;
  private final SlateRules rules;
  private final List<Page> pages = new ArrayList<>();

  /**
   * A served page with its draws, and the true probability of a click on each of its candidates.
   */
  record Page(
      String user,
      String view,
      long timeMs,
      List<Long> items,
      Draws draws,
      Map<Long, Double> truth) {
    /** Returns the probability that the user clicks on an item. */
    double truthOf(long item) {
      return Objects.requireNonNull(truth.get(item));
    }
  }

  SimulatedFeed(int users, ExplorationConfig exploration) {
    log = FeedSimulator.simulate(SimulatorConfig.of(users, 500, 11));
    rules = new SlateRules(SlateConfig.NONE.with(exploration), ImpressionCounts.inMemory(1 << 20));
  }

  /** Serves all pages once more. The draws and utilities depend on the seed. */
  List<Page> serve(long seed) {
    pages.clear();
    Random noise = new Random(seed);
    for (int user = 0; user < log.users(); user++) {
      for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
        serve(log.user(user), view, seed, noise);
      }
    }
    return List.copyOf(pages);
  }

  private void serve(String user, int view, long seed, Random noise) {
    Map<Long, Double> truth = new HashMap<>();
    List<RankedItem> ranked = new ArrayList<>();
    for (int i = log.impressionStart(view); i < log.impressionStart(view + 1); i++) {
      long item = log.catalogue().id(log.impressionItems()[i]);
      double click = log.impressionOracle()[i];
      truth.put(item, click);
      float utility = (float) (click + 0.2 * noise.nextGaussian());
      ranked.add(new RankedItem(item, "", utility, new float[0], 0));
    }
    ranked.sort(Comparator.comparingDouble(RankedItem::utility).reversed());
    String request = "s" + seed + "v" + view;
    SlateRules.Slated slated =
        rules.choose(
            ranked,
            PAGE,
            ItemView.of(log.catalogue()),
            new PageId(user, request, "home"),
            log.viewTimes()[view],
            id -> 0);
    pages.add(
        new Page(
            user,
            request,
            log.viewTimes()[view],
            slated.items().stream().map(RankedItem::id).toList(),
            slated.draws(),
            truth));
  }

  /** Returns the choices of pages. Clicks are drawn with the true probabilities. */
  static List<ServedChoice> choices(List<Page> pages, long seed) {
    Random random = new Random(~seed);
    List<ServedChoice> choices = new ArrayList<>();
    for (Page page : pages) {
      for (Draw draw : page.draws().draws()) {
        boolean clicks = random.nextDouble() < page.truthOf(draw.item());
        choices.add(
            new ServedChoice(
                new ServedChoice.Page(page.user(), page.view(), page.timeMs(), "home", "arm"),
                draw.place(),
                draw.item(),
                draw.propensity(),
                draw.isExplored(),
                Optional.of(draw),
                clicks ? Set.of("click") : Set.of()));
      }
    }
    return choices;
  }

  /** Returns the true mean number of clicks per position under a policy. */
  static double truth(List<Page> pages, Probabilities policy) {
    double sum = 0;
    int places = 0;
    for (Page page : pages) {
      for (Draw draw : page.draws().draws()) {
        double[] probabilities = policy.of(draw, page);
        for (int i = 0; i < probabilities.length; i++) {
          sum += probabilities[i] * page.truthOf(draw.options().get(i).item());
        }
        places++;
      }
    }
    return sum / places;
  }

  /**
   * A policy. The method returns the probability with which the policy shows each option of a draw.
   */
  interface Probabilities {
    double[] of(Draw draw, Page page);
  }
}

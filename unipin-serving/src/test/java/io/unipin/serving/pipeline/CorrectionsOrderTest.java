package io.unipin.serving.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedSchema;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.Corrections;
import io.unipin.serving.history.Corrections.Change;
import io.unipin.serving.history.Corrections.Recorded;
import io.unipin.serving.history.HistoryConfig;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.log.ServedLog;
import io.unipin.serving.log.ServedLogConfig;
import io.unipin.serving.log.ServedLogExport;
import io.unipin.serving.log.Slate;
import io.unipin.serving.request.CallBudget;
import io.unipin.serving.request.Page;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.UserInput;
import io.unipin.settings.ByteSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tests that changes of events give the same history, page and export in every order of arrival. A
 * change records, repeats, corrects or retracts an event.
 */
final class CorrectionsOrderTest extends RecommenderFixture {
  private static final long SEED = 20_261_128;
  private static final int ORDERS = 1000;
  private static final int LIMIT = 24;

  /**
   * The numbers of events of three users. The model reads the first history completely, but not the
   * second. The store does not keep the oldest events of the third.
   */
  private static final List<Integer> EVENTS = List.of(8, 24, 40);

  private static final Duration ATTRIBUTION = Duration.ofMinutes(10);
  private static final long SERVED_MS = 300_000;

  @BeforeEach
  void keepFew() {
    histories.close();
    histories = HistoryStore.open(new HistoryConfig(folder, LIMIT, false));
    recommender = recommender(cache);
  }

  private static List<Change> changes(int user) {
    // a store with limit 24 is exact with up to three corrections to an earlier time
    int earlier = 3;
    int events = EVENTS.get(user);
    return Corrections.of(events, 12, earlier, TinyBundles.ACTIONS, new Random(SEED + user));
  }

  private static String name(int order, int user) {
    return "order-%d-user-%d".formatted(order, user);
  }

  /** The contents of a page and the number of actions that the model read. */
  private record Shown(List<Long> items, List<Float> utilities, int historyActions) {
    static Shown of(Page page) {
      return new Shown(
          page.items().stream().map(RankedItem::id).toList(),
          page.items().stream().map(RankedItem::utility).toList(),
          page.trace().historyActions());
    }

    void assertSame(Shown other) {
      assertThat(items).isEqualTo(other.items);
      assertThat(historyActions).isEqualTo(other.historyActions);
      for (int i = 0; i < items.size(); i++) {
        assertThat(utilities.get(i)).isCloseTo(other.utilities.get(i), within(1e-5f));
      }
    }
  }

  /** One user's part of a feed log. Two parts are compared by value. */
  private record Exported(
      List<Integer> items,
      List<Long> bits,
      List<Long> times,
      List<Integer> viewHistory,
      List<Integer> impressions,
      List<Long> labels) {
    static Exported of(FeedLog log, String user) {
      int row = log.userRow(user);
      int from = log.actionStart(row);
      int to = log.actionStart(row + 1);
      int view = log.viewStart(row);
      int views = log.viewStart(row + 1);
      int shown = log.impressionStart(view);
      int end = log.impressionStart(views);
      return new Exported(
          IntStream.range(from, to).mapToObj(i -> log.actionItems()[i]).toList(),
          IntStream.range(from, to).mapToObj(i -> log.actionBits()[i]).toList(),
          IntStream.range(from, to).mapToObj(i -> log.actionTimes()[i]).toList(),
          IntStream.range(view, views).mapToObj(i -> log.viewHistory()[i]).toList(),
          IntStream.range(shown, end).mapToObj(i -> log.impressionItems()[i]).toList(),
          IntStream.range(shown, end).mapToObj(i -> log.impressionBits()[i]).toList());
    }
  }

  @Test
  void changes_inAnyOfThousandOrders_endInOneHistoryPageAndExport() {
    Path served = folder.resolve("served");
    List<Shown> pages = new ArrayList<>();
    try (ServedLog log =
        ServedLog.open(
            new ServedLogConfig(
                true, served, 1 << 20, new ByteSize(1 << 20), Duration.ofMillis(10)))) {
      for (int order = 0; order < ORDERS; order++) {
        Random random = new Random(SEED + 1000 + order);
        for (int user = 0; user < EVENTS.size(); user++) {
          List<Change> changes = new ArrayList<>(changes(user));
          Collections.shuffle(changes, random);
          String name = name(order, user);
          apply(name, changes, random, log);
          assertThat(histories.read(name))
              .as("seed %d, order %d, user %d", SEED, order, user)
              .isEqualTo(Corrections.truth(changes, LIMIT));
          if (order == 0) {
            pages.add(page(name));
          } else if (order % EVENTS.size() == user) {
            // Requests only one page per order, because pages are slow.
            page(name).assertSame(pages.get(user));
          }
        }
      }
      assertThat(log.dropped()).isZero();
    }
    assertOneExport(served);
  }

  private void apply(String user, List<Change> changes, Random random, ServedLog log) {
    List<ActionEvent> batch = new ArrayList<>();
    int viewed = random.nextInt(changes.size());
    // In a quarter of the cases, a page is requested between two changes. Then the cache contains
    // state of the user.
    int asked = random.nextInt(changes.size() * 4);
    for (int i = 0; i < changes.size(); i++) {
      Change change = changes.get(i);
      if (change instanceof Recorded recorded) {
        batch.add(new ActionEvent(change.event(), change.revision(), recorded.action()));
      }
      if (!(change instanceof Recorded) || i == changes.size() - 1 || random.nextInt(5) == 0) {
        histories.append(user, batch);
        log.recorded(user, batch);
        batch.clear();
      }
      if (!(change instanceof Recorded)) {
        List<String> event = List.of(change.event());
        histories.retract(user, event, change.revision());
        log.retracted(user, event, change.revision(), NOW, log.mark(user));
      }
      if (i == viewed) {
        long[] items = IntStream.range(1000, 1012).asLongStream().toArray();
        log.served(new Slate("view", user, SERVED_MS, "home", "arm", "bundle", "index", items));
      }
      if (i == asked) {
        page(user);
      }
    }
  }

  private Shown page(String user) {
    UserInput input = new UserInput(user, null, List.of(), "home", NOW);
    return Shown.of(recommender.retrieveAndRank(bundle, query(input), clock(new Patient())));
  }

  private static void assertOneExport(Path served) {
    FeedSchema schema =
        new FeedSchema(TinyBundles.ACTIONS, List.of("click", "save"), TinyBundles.SURFACES);
    FeedLog log = ServedLogExport.read(served, schema, TinyBundles.catalogue(), ATTRIBUTION);
    assertThat(log.users()).isEqualTo(ORDERS * EVENTS.size());
    for (int user = 0; user < EVENTS.size(); user++) {
      Exported first = Exported.of(log, name(0, user));
      UserHistory truth = Corrections.truth(changes(user), Integer.MAX_VALUE);
      assertThat(first.times())
          .isEqualTo(truth.newest().stream().map(RecordedAction::timeMs).toList());
      assertThat(first.items())
          .isEqualTo(
              truth.newest().stream()
                  .map(action -> TinyBundles.catalogue().row(action.itemId()))
                  .toList());
      assertThat(first.labels()).anyMatch(label -> label != 0);
      for (int order = 1; order < ORDERS; order++) {
        assertThat(Exported.of(log, name(order, user)))
            .as("seed %d, order %d, user %d", SEED, order, user)
            .isEqualTo(first);
      }
    }
  }

  /** A budget that is never used up, so that no answer is degraded when the machine is slow. */
  private static final class Patient implements CallBudget {
    @Override
    public void check() {}

    @Override
    public Duration remaining() {
      return Duration.ofDays(1);
    }
  }
}

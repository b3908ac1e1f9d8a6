package io.unipin.feedlog.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.train.TestLogs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WithheldTest {
  private static final int ITEMS = 90;

  /** Returns a log with 100 items. Item i occurs i + 1 times, but items 90 to 99 never occur. */
  private static FeedLog ladder() {
    FeedLogBuilder builder = TestLogs.log(100);
    for (int item = 0; item < ITEMS; item++) {
      for (int times = 0; times <= item; times++) {
        builder.user("u" + item + "-" + times).action(item, TestLogs.LIKE, 0, 1000L * times);
      }
    }
    return builder.build();
  }

  @Test
  void of_share_isTakenFromEachBandAlone() {
    FeedLog log = ladder();
    Withheld withheld = Holdout.leaveLast(log, 1).withholding(0.2, 0).withheld();
    assertThat(withheld.size()).isEqualTo(18);
    for (int band = 0; band < 3; band++) {
      assertThat(IntStream.range(30 * band, 30 * band + 30).filter(withheld::contains))
          .as("items of band %s", band)
          .hasSize(6);
    }
    assertThat(IntStream.range(ITEMS, 100)).as("never seen").noneMatch(withheld::contains);
  }

  @Test
  void of_largerShare_containsTheSmaller() {
    Holdout holdout = Holdout.leaveLast(ladder(), 1);
    Withheld small = holdout.withholding(0.1, 3).withheld();
    Withheld large = holdout.withholding(0.5, 3).withheld();
    assertThat(small.rows().stream()).isNotEmpty().allMatch(large::contains);
    assertThat(holdout.withholding(0.1, 4).withheld().rows()).isNotEqualTo(small.rows());
    assertThat(holdout.withholding(0, 3).withheld().isEmpty()).isTrue();
  }

  @Test
  void of_otherOrderOfTheCatalogue_choosesTheSameIds() {
    FeedLog log = TestLogs.random(60, 40, 30, 5);
    List<Integer> order = new ArrayList<>(IntStream.range(0, 40).boxed().toList());
    Collections.shuffle(order, new Random(1));
    Catalogue shuffled =
        Catalogue.of(order.stream().map(row -> log.catalogue().item(row)).toList());
    FeedLog other = TestLogs.onCatalogue(log, shuffled);
    assertThat(ids(other)).isEqualTo(ids(log)).hasSize(9);
  }

  private static Set<Long> ids(FeedLog log) {
    return Holdout.leaveLast(log, 1).withholding(0.23, 0).withheld().rows().stream()
        .mapToObj(log.catalogue()::id)
        .collect(Collectors.toSet());
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 0.51, Double.NaN})
  void withholding_shareOutsideItsRange_isRefused(double share) {
    Holdout holdout = Holdout.leaveLast(TestLogs.random(5, 9, 9, 1), 1);
    assertThatThrownBy(() -> holdout.withholding(share, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a share from 0 to 0.5 expected, got " + share);
  }

  @Test
  void counts_ofARandomLog_areThoseOfAPlainWalk() {
    FeedLog log = TestLogs.random(40, 12, 20, 4);
    Holdout holdout = Holdout.leaveLast(log, 1).withholding(0.25, 0);
    Map<Integer, Integer> positives = new HashMap<>();
    Map<Integer, Integer> shown = new HashMap<>();
    for (int user = 0; user < log.users(); user++) {
      for (int i = 0; i < holdout.trainEnd(user); i++) {
        int row = log.actionStart(user) + i;
        if ((log.actionBits()[row] & TestLogs.LIKE) != 0) {
          positives.merge(log.actionItems()[row], 1, Integer::sum);
        }
      }
      for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
        for (int i = log.impressionStart(view); i < log.impressionStart(view + 1); i++) {
          if (holdout.part(user, view) == Part.TRAIN) {
            shown.merge(log.impressionItems()[i], 1, Integer::sum);
          }
        }
      }
    }
    TrainingCounts counts = TrainingCounts.of(log, holdout);
    for (int item = 0; item < 12; item++) {
      boolean cold = holdout.withheld().contains(item);
      assertThat(counts.positives()[item]).isEqualTo(cold ? 0 : positives.getOrDefault(item, 0));
      assertThat(counts.impressions()[item]).isEqualTo(cold ? 0 : shown.getOrDefault(item, 0));
    }
    assertThat(holdout.withheld().size()).isEqualTo(3);
  }

  @Test
  void part_withoutWithheldItems_isTheLogItself() {
    FeedLog log = TestLogs.random(10, 12, 20, 4);
    Holdout holdout = Holdout.leaveLast(log, 1);
    assertThat(TrainingPart.of(log, holdout)).isEqualTo(new TrainingPart(log, holdout));
  }

  @Test
  void part_withWithheldItems_hasTheOtherTrainingActionsInOrder() {
    FeedLog log = TestLogs.random(60, 30, 25, 6);
    Holdout holdout = Holdout.leaveLast(log, 2).withholding(0.3, 1);
    Withheld withheld = holdout.withheld();
    TrainingPart part = TrainingPart.of(log, holdout);
    for (int user = 0; user < log.users(); user++) {
      int first = log.actionStart(user);
      List<Integer> expected =
          IntStream.range(first, first + holdout.trainEnd(user))
              .filter(row -> !withheld.contains(log.actionItems()[row]))
              .boxed()
              .toList();
      int start = part.log().actionStart(user);
      assertThat(part.log().actionStart(user + 1) - start)
          .isEqualTo(expected.size())
          .isEqualTo(part.holdout().trainEnd(user));
      for (int i = 0; i < expected.size(); i++) {
        int row = expected.get(i);
        assertThat(part.log().actionItems()[start + i]).isEqualTo(log.actionItems()[row]);
        assertThat(part.log().actionBits()[start + i]).isEqualTo(log.actionBits()[row]);
        assertThat(part.log().actionTimes()[start + i]).isEqualTo(log.actionTimes()[row]);
      }
      assertViews(log, holdout, part, user);
    }
    assertThat(part.log().catalogue()).isSameAs(log.catalogue());
  }

  private static void assertViews(FeedLog log, Holdout holdout, TrainingPart part, int user) {
    for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
      boolean trains = holdout.part(user, view) == Part.TRAIN;
      assertThat(part.holdout().part(user, view) == Part.TRAIN).isEqualTo(trains);
      if (trains) {
        int first = log.actionStart(user);
        long before =
            Arrays.stream(log.actionItems(), first, first + log.viewHistory()[view])
                .filter(item -> !holdout.withheld().contains(item))
                .count();
        assertThat(part.log().viewHistory()[view]).isEqualTo((int) before);
      }
    }
  }

  @Test
  void of_itemsOfEqualOccurrence_areOrderedById() {
    Catalogue catalogue =
        Catalogue.of(
            IntStream.range(0, 6)
                .mapToObj(i -> new CatalogueItem(60L - i, "", "", 0, new float[0]))
                .toList());
    FeedLogBuilder builder = new FeedLogBuilder(TestLogs.SCHEMA, catalogue).user("u");
    for (int item = 0; item < 6; item++) {
      builder.action(item, TestLogs.LIKE, 0, item);
    }
    FeedLog log = builder.user("v").build();
    Withheld half = Holdout.leaveLast(log, 9).withholding(0.5, 0).withheld();
    for (int band = 0; band < 3; band++) {
      assertThat(IntStream.of(2 * band, 2 * band + 1).filter(half::contains)).hasSize(1);
    }
  }
}

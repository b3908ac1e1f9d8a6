package io.unipin.cli.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.cli.console.CommandException;
import io.unipin.cli.demo.Guide;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.split.Holdout;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TrialTest {
  private static final FeedSchema SCHEMA =
      new FeedSchema(List.of("view", "remove"), List.of("view"), List.of("home"));

  private static final long START_MS = 1_690_000_000_000L;

  /** Returns a log of users with these numbers of actions, on items 0, 1, 2 and so on. */
  private static FeedLog log(int... actions) {
    return logOfLaterUsers(0, actions);
  }

  /**
   * Returns a log in which each user's actions begin {@code laterMs} after those of the user
   * before.
   */
  private static FeedLog logOfLaterUsers(long laterMs, int... actions) {
    List<CatalogueItem> items = new ArrayList<>();
    for (int id = 0; id < 300; id++) {
      items.add(new CatalogueItem(id, "T" + id, "", FeedLog.NO_TIME, new float[0]));
    }
    FeedLogBuilder builder = new FeedLogBuilder(SCHEMA, Catalogue.of(items));
    for (int user = 0; user < actions.length; user++) {
      builder.user("u" + user);
      for (int a = 0; a < actions[user]; a++) {
        builder.action(a, 1, 0, START_MS + user * laterMs + a * 1000L);
      }
    }
    return builder.build();
  }

  private static TrialUser choose(FeedLog log, @Nullable String wanted) {
    return TrialUser.choose(log, Holdout.leaveLast(log, 1), wanted);
  }

  @Test
  void choose_userWhoseLastActionIsHeldOut_comesFirst() {
    FeedLog log = logOfLaterUsers(60_000, 20, 16);
    Holdout latest = Holdout.timeSplit(log, START_MS + 70_000, START_MS + 72_000);
    TrialUser user = TrialUser.choose(log, latest, null);
    assertThat(user.id()).isEqualTo("u1");
    assertThat(user.heldOut()).isTrue();
    assertThat(TrialPage.introduction(user))
        .isEqualTo(
            "User u1 has 16 actions; the last one is hidden from training, and the server doesn't"
                + " know it.");
    assertThat(TrialUser.choose(log, latest, "u0").heldOut()).isFalse();
  }

  /** The split leave-last holds out no action of a user with fewer than four actions. */
  @Test
  void choose_trainingKnowsTheLastAction_thePageSaysSo() {
    TrialUser user = choose(log(3, 2), null);
    assertThat(user.id()).isEqualTo("u0");
    assertThat(user.heldOut()).isFalse();
    assertThat(TrialPage.introduction(user))
        .startsWith(
            "User u0 has 3 actions; the server doesn't know the last one, but the training");
  }

  @Test
  void choose_user_hasTheLongestHistoryOfAtMost40() {
    TrialUser user = choose(log(2, 38, 250, 40, 41), null);
    assertThat(user.id()).isEqualTo("u3");
    assertThat(user.known()).isEqualTo(39);
    assertThat(user.visitMs()).isEqualTo(START_MS + 39_000);
  }

  @Test
  void choose_onlyLongHistories_takesTheShortestOfThem() {
    assertThat(choose(log(250, 60, 90), null).id()).isEqualTo("u1");
  }

  @Test
  void choose_wantedUser_mustExistAndHaveActions() {
    assertThat(choose(log(5, 2), "u1").known()).isOne();
    assertThatThrownBy(() -> choose(log(5), "u7"))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("--page-of")
        .hasMessageContaining("'u7'");
    assertThatThrownBy(() -> choose(log(2, 1), null))
        .hasMessageContaining("at least 3 actions expected");
  }

  @Test
  void popularity_leavesOutWhatTheUserHas() {
    FeedLog log = log(5, 6, 7, 9);
    Popularity popularity = new Popularity(log, Holdout.leaveLast(log, 1));
    // In training, items 0 to 2 have four actions each, item 3 has three, item 4 has two, and items
    // 5 and 6 have one each.
    assertThat(popularity.page(0, 2, 4)).containsExactly(2, 3, 4, 5);
  }

  @Test
  void recipe_fewUsersWithEnoughActions_splitsByTime() {
    TrialRecipe few = new TrialRecipe(log(2, 2, 3, 2, 4));
    assertThat(few.isByTime()).isTrue();
    assertThat(few.first()).contains("evaluation.protocol=time-split");
    assertThat(new TrialRecipe(log(5, 6, 3)).isByTime()).isFalse();
  }

  @Test
  void clock_nothingAsked_takesWhatIsLeft() {
    TrialClock clock = new TrialClock(null);
    assertThat(clock.seconds(2)).isEqualTo(TrialClock.MOST);
    assertThat(clock.seconds(15)).isEqualTo(21);
    assertThat(clock.seconds(60)).isEqualTo(TrialClock.LEAST);
    assertThat(new TrialClock(90).seconds(60)).isEqualTo(90);
  }

  @Test
  void improvement_thatFails_leavesTheServerRunning() throws InterruptedException {
    StringWriter said = new StringWriter();
    Guide guide = new Guide(new PrintWriter(said, true));
    List<Exception> failures =
        List.of(
            new CommandException("the training failed"),
            new NoSuchFileException("second.json"),
            new IllegalStateException("no such figure"));
    for (Exception failure : failures) {
      Trial.orServeOn(guide, () -> fail(failure));
    }
    assertThat(said.toString().lines())
        .hasSize(failures.size())
        .allMatch(line -> line.strip().startsWith("warning: "))
        .allMatch(line -> line.endsWith("; the first model goes on serving"));
    assertThatThrownBy(
            () ->
                Trial.orServeOn(
                    guide,
                    () -> {
                      throw new InterruptedException();
                    }))
        .isInstanceOf(InterruptedException.class);
  }

  private static void fail(Exception failure) throws IOException {
    if (failure instanceof IOException unreadable) {
      throw unreadable;
    }
    throw (RuntimeException) failure;
  }

  @Test
  void recipe_shortHistories_takeLongerSteps() {
    assertThat(new TrialRecipe(log(5, 6, 7)).first()).contains("training.learningRate=0.01");
    assertThat(new TrialRecipe(log(50, 6, 7)).first()).contains("training.learningRate=0.004");
  }

  @Test
  void recipe_longHistories_areBounded() {
    assertThat(new TrialRecipe(log(200, 210, 190)).first()).contains("model.maxHistory=100");
    assertThat(new TrialRecipe(log(5, 6, 7)).first()).contains("model.maxHistory=20");
  }
}

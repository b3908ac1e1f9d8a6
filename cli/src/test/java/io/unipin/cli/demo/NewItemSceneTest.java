package io.unipin.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.unipin.cli.console.CommandException;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.UserActions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NewItemSceneTest {
  @TempDir Path folder;
  private final StringWriter text = new StringWriter();

  @Test
  void play_itemOnThePage_isShownExplainedAndDeleted() throws IOException, InterruptedException {
    try (TwoTastes world = TwoTastes.start(folder, 4)) {
      Map<String, Object> figures = play(world, Duration.ofSeconds(10));
      assertThat(figures)
          .contains(
              entry("outcome", "added"),
              entry("verdict", "on page"),
              entry("gone_after_delete", true),
              entry("page_restored", true))
          .containsKeys("put_ms", "visible_ms", "utility", "probabilities");
      assertThat((Integer) figures.get("place")).isBetween(1, 5);
      assertThat(figures.get("other_taste"))
          .asInstanceOf(InstanceOfAssertFactories.MAP)
          .containsKey("place");
      assertThat(text.toString())
          .containsPattern("'New today: (birds|robots) \\d' appears, item 8.")
          .contains("bundle demo serves it")
          .containsPattern("ann +[13] of 4")
          .containsPattern("bob +[03] of 3")
          .contains("The item is on the page.")
          .contains("is without the item, and is the same as before the put");
      assertThat(world.admin().getItem(8).hasItem()).isFalse();
    }
  }

  @Test
  void play_itemOnNoPage_saysWhy() throws IOException, InterruptedException {
    try (TwoTastes world = TwoTastes.start(folder, 4)) {
      // The history says that the user has seen the new item. Pages leave out seen items.
      Action seen =
          Action.newBuilder()
              .setItemId(8)
              .addActions("click")
              .setTimeMs(TwoTastes.BEGIN + 100)
              .setEventId("elsewhere")
              .build();
      world
          .pages()
          .recordActions(
              RecordActionsRequest.newBuilder()
                  .addUsers(UserActions.newBuilder().setUserId("ann").addActions(seen))
                  .build());
      Map<String, Object> figures = play(world, Duration.ZERO);
      assertThat(figures)
          .contains(entry("outcome", "added"), entry("place", 0), entry("verdict", "seen"))
          .doesNotContainKey("visible_ms");
      assertThat(text.toString()).contains("No page has it.", "ann: seen, p(click) ");
    }
  }

  @Test
  void play_bundleWithoutContent_saysThatNoPageCanHaveTheItem()
      throws IOException, InterruptedException {
    try (TwoTastes world = TwoTastes.start(folder, 0)) {
      Map<String, Object> figures = play(world, Duration.ZERO);
      assertThat(figures)
          .contains(entry("outcome", "not served"), entry("page_restored", true))
          .doesNotContainKeys("place", "other_taste");
      assertThat(text.toString()).contains("No page can have it: a bundle whose items have");
    }
  }

  @Test
  void judge_unknownItem_isAFailure() {
    try (TwoTastes world = TwoTastes.start(folder, 4)) {
      DemoUser ann = world.users().get(0);
      assertThatThrownBy(() -> world.inspector().judge(new Visitor(ann, ann.visitMs()), 99, 10))
          .isInstanceOf(CommandException.class)
          .hasMessageContaining("a scored item expected");
      assertThatThrownBy(() -> world.inspector().judge(new Visitor(ann, ann.visitMs()), 8, -1))
          .isInstanceOf(CommandException.class)
          .hasMessageContaining("status 200 expected from the console, got 400");
    }
  }

  @Test
  void like_takesEverythingButTheId() {
    Catalogue catalogue = TwoTastes.log(2).catalogue();
    Item item = NewItem.like(catalogue.item(5), NewItem.unusedId(catalogue), 7);
    assertThat(catalogue.row(item.getId())).isEqualTo(Catalogue.UNKNOWN);
    assertThat(item.getTitle()).isEqualTo("New today: robots 5");
    assertThat(item.getCategory()).isEqualTo("robots");
    assertThat(item.getCreatedMs()).isEqualTo(7);
    assertThat(item.getContentList()).containsExactly(1f, -3f);
  }

  @Test
  void chosen_beginsWithTheNewestItem() {
    DemoUser ann = new DemoUser(TwoTastes.log(0), 0, 0);
    assertThat(ann.chosen(3))
        .containsExactly(TwoTastes.FIRST_ID + 2, TwoTastes.FIRST_ID + 4, TwoTastes.FIRST_ID + 1);
  }

  @Test
  void leastIn_isTheUserOfAnotherTaste() {
    FeedLog log = TwoTastes.log(0);
    List<DemoUser> users = List.of(new DemoUser(log, 0, 0), new DemoUser(log, 1, 0));
    assertThat(DemoUser.leastIn("birds", users))
        .hasValueSatisfying(user -> assertThat(user.id()).isEqualTo("bob"));
    assertThat(DemoUser.leastIn("robots", users))
        .hasValueSatisfying(user -> assertThat(user.id()).isEqualTo("ann"));
    assertThat(DemoUser.leastIn("birds", List.of())).isEmpty();
  }

  private Map<String, Object> play(TwoTastes world, Duration patience)
      throws IOException, InterruptedException {
    DemoUser ann = world.users().get(0);
    NewItemScene scene =
        new NewItemScene(
            new Guide(new PrintWriter(text, true)),
            world.pages(),
            world.admin(),
            world.inspector(),
            patience);
    return scene.play(new Visitor(ann, ann.visitMs()), world.users());
  }
}

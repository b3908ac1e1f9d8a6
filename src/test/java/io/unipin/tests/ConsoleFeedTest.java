package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/**
 * Tests the console's view of a feed in a real browser. The server's bundle has items with content,
 * so that it serves items that are put.
 */
@NeedsPrograms({"chromium", "chromedriver"})
@Timeout(120)
final class ConsoleFeedTest {
  private static final int CONTENT = 4;
  private static final String EXPERIMENTS =
      "{model: {experiments: {net: {rollout: 0, arms: {old: {}, new: {bundle: two}}}}},"
          + " page: {experiments: {size: {rollout: 0, arms: {ten: {},"
          + " five: {settings: {page: {size: 5}}}}}}}}";

  @TempDir static Path folder;
  private static TinyServer server;
  private static Browser browser;

  @BeforeAll
  static void start() throws Exception {
    Files.createDirectories(folder.resolve("bundles"));
    TinyServer.publish(folder, "fresh", "Flat", 3, CONTENT);
    server =
        TinyServer.start(
            folder,
            "bundle.name=fresh",
            "experiments.layers=" + EXPERIMENTS,
            "exposureLog.folder=" + folder.resolve("exposures"));
    browser = Browser.start(folder.resolve("profile"));
  }

  @AfterAll
  static void stop() {
    browser.close();
    server.close();
  }

  @AfterEach
  void nothingWentWrongInThePage() {
    browser.assertCleanAndOnlyAt(server.console());
  }

  @Test
  void action_showsTheNextPageBesideTheOneBefore() throws Exception {
    openPage("reader");
    List<String> first = items("#page-now");
    assertThat(first).isEqualTo(served("reader")).hasSize(10);
    assertThat(browser.all("#page-before")).isEmpty();
    assertThat(browser.text("#page-now .why"))
        .contains("Place 1 by utility of 50 candidates", "retrieval had it at place");
    assertThat(browser.texts("#page-now .item:first-child .acts button"))
        .containsExactly("click", "save", "hide", "Hide for all users…");

    browser.click("#page-now .item:first-child [data-act='click']");
    browser.awaitText("#cause", "After click on Item");
    List<String> second = items("#page-now");
    assertThat(second).isEqualTo(served("reader")).isNotEqualTo(first);
    assertThat(items("#page-before")).isEqualTo(first);
    assertThat(browser.text("#page-now .hint")).contains("1 of 1 actions read");
    assertThat(browser.text("#page-before .item.gone .title")).contains("gone");
    assertThat(browser.texts(".gone-items li[data-item='" + first.get(0) + "']").get(0))
        .contains("was at place 1", "history holds this item");
    assertThat(browser.all("#page-now .item.new")).isNotEmpty();
    assertThat(browser.texts("#page-now .item.new .change"))
        .allMatch(reason -> reason.startsWith("Before: "));
    assertThat(browser.text("#cause")).contains("moved", "new", "gone");
    assertThat(focused()).as("the item has left the page").isEqualTo("page-title");
    browser.view(1200, 900);
    browser.shootWhole("feed-light");
    browser.view(360, 800);
    assertFits(360);
    browser.prefer("dark");
    browser.shootWhole("feed-dark-360");
    browser.prefer("light");
    browser.view(1440, 1000);

    browser.click("#feed-undo");
    browser.awaitText("#cause", "After taking back click");
    assertThat(items("#page-now")).isEqualTo(first);
    assertThat(browser.all("#feed-undo")).isEmpty();
  }

  @Test
  void keys_reachEveryControl() {
    open();
    browser.find("#feed-user").sendKeys("typist", Keys.ENTER);
    browser.await("a page", () -> !browser.all("#page-now").isEmpty());
    for (String id : List.of("feed-surface", "feed-size", "feed-run")) {
      browser.press(Keys.TAB);
      assertThat(focused()).isEqualTo(id);
    }
    browser.press(Keys.TAB);
    assertThat(browser.script("return document.activeElement.dataset.act")).isEqualTo("click");
    Object outline = browser.script("return getComputedStyle(document.activeElement).outlineStyle");
    assertThat(outline).as("the focus is visible").isEqualTo("solid");
    browser.press(Keys.TAB, Keys.TAB, Keys.ENTER);
    browser.awaitText("#cause", "After hide on Item");
    assertThat(browser.all("#page-before")).hasSize(1);

    browser.script("document.querySelector('#page-now [data-hide]').focus()");
    browser.press(Keys.ENTER);
    assertThat(browser.find("#confirm").isDisplayed()).isTrue();
    browser.press(Keys.ESCAPE);
    browser.await("a closed dialog", () -> !browser.find("#confirm").isDisplayed());
    assertThat(browser.all("#hidden-items li")).isEmpty();
  }

  @Test
  void hide_isForAllUsers_untilTheItemIsShownAgain() throws Exception {
    openPage("hider");
    String best = items("#page-now").get(0);
    browser.click("[data-hide='" + best + "']");
    assertThat(browser.text("#confirm")).contains("No user gets this item any more");
    browser.click("#confirm-yes");
    browser.awaitText("#cause", "After hiding Item");
    assertThat(items("#page-now")).doesNotContain(best).isEqualTo(served("hider"));
    assertThat(browser.text(".gone-items li")).contains("The item is deleted");
    assertThat(served("another")).doesNotContain(best);
    browser.shootWhole("feed-hidden");

    browser.click("[data-restore='" + best + "']");
    browser.awaitText("#cause", "again");
    assertThat(items("#page-now")).startsWith(best);
    assertThat(browser.all("#hidden-items li")).isEmpty();
  }

  @Test
  void put_showsTheVerdictAndWhereTheItemStands() throws Exception {
    openPage("buyer");
    assertThat(browser.text("#put-content-label")).contains("4 numbers");
    browser.type("#put-name", "sku-new");
    browser.type("#put-title", "<b>Scarf</b>");
    browser.type("#put-attributes", "red, wool");
    browser.type("#put-content", "1, -1, 0.5, 0.25");
    browser.click("#put-run");
    browser.awaitText("#put-fate", "For buyer:");
    assertThat(browser.text("#put-verdict")).startsWith("added sku-new");
    assertThat(browser.text("#put-fate")).contains("by utility");
    assertThat(browser.text("#cause")).contains("After putting <b>Scarf</b>");
    browser.shootWhole("feed-put");

    browser.click("#put-run");
    browser.awaitText("#put-verdict", "unchanged");
    browser.type("#put-content", "1, 2");
    browser.click("#put-run");
    browser.awaitText("#put-verdict", "not served");
    assertThat(browser.text("#put-verdict")).contains("4 numbers expected");
    browser.type("#put-content", "1, two");
    browser.click("#put-run");
    browser.awaitText("#put-result .error", "a number expected, got 'two'");
  }

  @Test
  void arms_standSideBySide() throws Exception {
    open();
    assertThat(browser.texts("#compare-left option"))
        .containsExactly(
            "as the user is assigned", "net = new", "net = old", "size = five", "size = ten");
    browser.type("#compare-user", "chooser");
    browser.find("#compare-right").sendKeys("net = new");
    browser.click("#compare-run");
    browser.await("two pages", () -> browser.all("#compared .card").size() == 2);
    assertThat(items("#arm-left")).isEqualTo(served("chooser"));
    assertThat(browser.text("#arm-left .hint")).contains("bundle fresh", "no experiment");
    assertThat(browser.text("#arm-right .hint")).contains("bundle two", "net = new");
    assertThat(items("#arm-right")).hasSize(10).isNotEqualTo(items("#arm-left"));
    assertThat(browser.all("#arm-right .item.only")).isNotEmpty();
    assertThat(browser.texts("#arm-right .item.only .change"))
        .allMatch(reason -> reason.startsWith("In the other arm: "));
    browser.shootWhole("feed-arms");

    browser.find("#compare-left").sendKeys("size = five");
    browser.find("#compare-right").sendKeys("size = ten");
    browser.click("#compare-run");
    browser.awaitText("#arm-left h2", "size = five");
    assertThat(items("#arm-right")).hasSize(10).startsWith(items("#arm-left").get(0));
    assertThat(items("#arm-left")).hasSize(5);
    assertThat(browser.text("#arm-left > p"))
        .isEqualTo("0 only here, 0 at another place, 5 only in the other arm.");
    assertThat(browser.texts("#arm-right .item.only .change"))
        .hasSize(5)
        .allMatch(reason -> reason.contains("below the end of the page"));
  }

  private static void open() {
    browser.open("about:blank");
    browser.open(server.console() + "#feed");
    browser.await("a page", () -> !browser.all("body[data-ready]").isEmpty());
  }

  private static void openPage(String user) {
    open();
    browser.type("#feed-user", user);
    browser.click("#feed-run");
    browser.await("a page", () -> !browser.all("#page-now").isEmpty());
    assertThat(offered()).contains(user);
  }

  /** Returns the users whom the fields for a user offer. */
  private static List<String> offered() {
    Object users =
        browser.script("return [...document.querySelectorAll('#users option')].map(e => e.value)");
    return ((List<?>) users).stream().map(String::valueOf).toList();
  }

  private static void assertFits(int width) {
    Number right = (Number) browser.script("return document.documentElement.scrollWidth");
    assertThat(right.intValue()).isLessThanOrEqualTo(width);
  }

  private static String focused() {
    return String.valueOf(browser.script("return document.activeElement.id"));
  }

  /** Returns the ids of the items in a list of the page, in the list's order. */
  private static List<String> items(String list) {
    Object ids =
        browser.script(
            "return [...document.querySelectorAll(arguments[0])].map(e => e.dataset.item)",
            list + " ol.page > li");
    return ((List<?>) ids).stream().map(String::valueOf).toList();
  }

  /** Returns the ids of the items of a page that a call returns for the user. */
  private static List<String> served(String user) {
    return server
        .client()
        .retrieveAndRank(
            RetrieveAndRankRequest.newBuilder()
                .setUser(UserContext.newBuilder().setUserId(user))
                .build())
        .getItemsList()
        .stream()
        .map(ScoredItem::getItemId)
        .map(String::valueOf)
        .toList();
  }
}

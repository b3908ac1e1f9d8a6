package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.security.Role;
import io.unipin.serving.security.TokenTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/**
 * Tests the console in a real browser. The tests use every control, and check that the page loads
 * nothing from other hosts.
 */
@NeedsPrograms({"chromium", "chromedriver"})
@Timeout(120)
final class ConsoleTest {
  private static final int HISTORY = 12;
  private static final String EXPERIMENTS =
      "{retrieval: {experiments: {wide: {slots: 0-4999, rollout: 50, arms: {control: {}, more:"
          + " {settings: {retrieval: {candidates: 80}}}}, overrides: {tester: more}}, next: {slots:"
          + " 5000-7999, arms: {control: {}}}}}, page: {experiments: {size: {rollout: 0, arms: {ten: {}, five:"
          + " {weight: 3, settings: {page: {size: 5}}}}}}}}";

  private static final List<String> VIEWS =
      List.of("live", "feed", "inspector", "experiments", "cache", "recall", "bundles");

  @TempDir static Path folder;
  private static TinyServer server;
  private static Browser browser;

  @BeforeAll
  static void start() throws Exception {
    server =
        TinyServer.start(
            folder,
            "experiments.layers=" + EXPERIMENTS,
            "experiments.holdout=5",
            "exposureLog.folder=" + folder.resolve("exposures"));
    browser = Browser.start(folder.resolve("profile"));
    for (int user = 0; user < 10; user++) {
      record("user" + user, HISTORY + user);
      page("user" + user);
      page("user" + user);
    }
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
  void live_drawsWhatTheServerDoes() throws Exception {
    open("live");
    browser.await("six charts", () -> browser.all("#charts svg").size() == 6);
    browser.await(
        "lines",
        () -> {
          page("user1");
          return browser.all("#charts .chart polyline").size() >= 10;
        });
    assertThat(browser.texts("#charts h3"))
        .containsExactly(
            "Requests",
            "Time of RetrieveAndRank",
            "Cache look-ups",
            "Work per answer",
            "Waiting calls",
            "Processor");
    assertThat(browser.text("#tiles")).contains("Requests", "Users in the cache", "16.0 MiB");
    assertThat(browser.text("#serving")).contains("serves one", "HNSW16", "300");
    browser.await("a p99", () -> browser.texts("#tiles .tile strong").get(1).matches("[0-9.]+"));

    browser.click("[data-span='60']");
    assertThat(pressed("[data-span='60']")).isTrue();
    assertThat(pressed("[data-span='300']")).isFalse();
    browser.click("#pause");
    assertThat(browser.text("#pause")).isEqualTo("Go on");
    browser.click("#pause");
    assertThat(pressed("#pause")).isFalse();

    browser.script(
        "const s = document.querySelector('#charts svg').getBoundingClientRect();"
            + "document.querySelector('#charts svg').dispatchEvent(new PointerEvent('pointermove',"
            + "{clientX: s.left + s.width * 0.8, clientY: s.top + 50}))");
    assertThat(browser.text("#charts .tip")).contains("OK");
    browser.shoot("live-light");
    themes();
    browser.shoot("live-dark");
    browser.click("#theme");
  }

  /** Switches from theme to theme: system, light, dark. */
  private static void themes() {
    assertThat(browser.find("#theme").getAttribute("aria-label")).contains("as the system");
    browser.click("#theme");
    assertThat(browser.find("html").getAttribute("data-theme")).isEqualTo("light");
    browser.click("#theme");
    assertThat(browser.find("html").getAttribute("data-theme")).isEqualTo("dark");
    assertThat(browser.find("body").getCssValue("background-color")).contains("22, 23, 26");
  }

  @Test
  void tabs_areReachedByKeysAndAddress() {
    open("live");
    browser.find("#tab-live").sendKeys(Keys.ARROW_RIGHT);
    assertThat(browser.find("#tab-feed").getAttribute("aria-selected")).isEqualTo("true");
    browser.find("#tab-feed").sendKeys(Keys.ARROW_LEFT, Keys.NULL);
    browser.find("#tab-live").sendKeys(Keys.ARROW_LEFT);
    assertThat(browser.find("#view-bundles").isDisplayed()).isTrue();
    for (String name : VIEWS) {
      browser.click("#tab-" + name);
      assertThat(browser.all("main > section:not([hidden])")).hasSize(1);
      assertThat(browser.find("#view-" + name).isDisplayed()).isTrue();
      assertThat((String) browser.script("return location.hash")).isEqualTo("#" + name);
    }
  }

  @Test
  void views_fitAPhoneAndFollowTheSystemsColours() throws Exception {
    try {
      for (int width : List.of(1200, 360)) {
        browser.view(width, 800);
        for (String scheme : List.of("light", "dark")) {
          browser.prefer(scheme);
          for (String view : VIEWS) {
            open(view);
            browser.await("the serving bundle", () -> !browser.texts("#serving b").isEmpty());
            assertThat(browser.find("html").getAttribute("data-theme")).isEqualTo(scheme);
            Number right = (Number) browser.script("return document.documentElement.scrollWidth");
            assertThat(right.intValue()).as(view).isLessThanOrEqualTo(width);
            browser.shootWhole(String.join("-", "view", view, scheme, String.valueOf(width)));
          }
        }
      }
    } finally {
      browser.prefer("light");
      browser.view(1440, 1000);
    }
  }

  /** Returns the name by which the console shows an item: its key, or its id if it has no key. */
  private static String name(ScoredItem item) {
    return item.getKey().isEmpty() ? String.valueOf(item.getItemId()) : item.getKey();
  }

  @Test
  void inspector_showsTheRequestThatGrpcAnswers() throws Exception {
    List<ScoredItem> served = page("user3");
    open("inspector");
    browser.type("#inspect-user", "user3");
    long best = served.get(0).getItemId();
    inspect(String.valueOf(best));
    assertThat(browser.text("#inspection .facts"))
        .contains("user3", "hit", "15 of 15 actions", "50", "one · HNSW16");
    assertThat(browser.text("#inspection .legend")).contains("query", "search", "score");
    assertThat(browser.texts("#history tbody tr")).hasSize(HISTORY + 3);
    assertThat(browser.texts("#candidates tbody tr")).hasSize(50);
    List<String> shown = browser.texts("#candidates tr.page td:nth-child(2) .id");
    List<String> names = served.stream().map(ConsoleTest::name).toList();
    assertThat(shown).hasSameSizeAs(names);
    for (int i = 0; i < names.size(); i++) {
      assertThat(shown.get(i)).startsWith(names.get(i));
    }
    assertThat(browser.text("#fate h2")).contains("The item is on the page.");
    browser.script("document.activeElement.blur()");
    browser.shoot("inspector-light");

    long seen = TinyServer.FIRST_ID;
    inspect(String.valueOf(seen));
    assertThat(browser.text("#fate h2")).contains("holds this item, and seen items");
    browser.click("#inspect-seen");
    inspect(String.valueOf(seen));
    assertThat(browser.text("#fate h2")).doesNotContain("seen items");
    browser.click("#inspect-seen");
    inspect("77");
    assertThat(browser.text("#fate h2")).contains("does not know this item");
    assertThat(browser.text("#fate-reason")).startsWith("Not served because: ");
    inspect(itemOutside());
    assertThat(browser.text("#fate h2")).containsAnyOf("too far from", "did not find it");
    assertThat(browser.text("#fate")).contains("of all items that pass the filters", "click");
  }

  /** Returns an item that is neither a candidate nor in the user's history. */
  private static String itemOutside() {
    List<String> found = browser.texts("#candidates td:nth-child(2) .id");
    for (long id = TinyServer.FIRST_ID + 100; ; id++) {
      String digits = String.valueOf(id); // a part of the item's key, if it has one
      if (found.stream().noneMatch(text -> text.contains(digits))) {
        return digits;
      }
    }
  }

  private static void inspect(String item) {
    browser.type("#inspect-item", item);
    browser.script("document.getElementById('inspection').replaceChildren()");
    browser.click("#inspect-run");
    browser.await("an inspection", () -> !browser.all("#candidates, #inspection .error").isEmpty());
  }

  @Test
  void inspector_takesWishesAndSorts() throws Exception {
    open("inspector");
    browser.type("#inspect-user", "user5");
    browser.type("#inspect-size", "7");
    browser.type("#inspect-candidates", "40");
    browser.find("#inspect-surface").sendKeys("search");
    inspect("");
    assertThat(browser.texts("#candidates tbody tr")).hasSize(40);
    assertThat(browser.texts("#candidates tr.page")).hasSize(7);
    assertThat(browser.all("#fate")).isEmpty();
    final List<String> plain = browser.texts("#candidates tbody tr");

    browser.click("#inspect-more summary");
    browser.type("#weight-hide", "-5");
    browser.type("#outcome-save", "1");
    inspect("");
    assertThat(browser.texts("#candidates tbody tr")).isNotEqualTo(plain);

    List<WebElement> headings = browser.all("#candidates th button");
    assertThat(headings).hasSize(7);
    for (int column = 0; column < headings.size(); column++) {
      browser.all("#candidates th button").get(column).click();
      assertThat(browser.all("#candidates th").get(column).getAttribute("aria-sort")).isNotNull();
    }
    browser.all("#candidates th button").get(3).click();
    List<Double> scores =
        browser.texts("#candidates td:nth-child(4)").stream()
            .map(text -> Double.valueOf(text.lines().findFirst().orElseThrow()))
            .toList();
    assertThat(scores).isSortedAccordingTo((one, other) -> Double.compare(other, one));
    browser.type("#candidate-filter", "item 1");
    assertThat(browser.texts("#candidates tbody tr")).allMatch(row -> row.contains("Item 1"));
    browser.shoot("inspector-wishes");
    browser.view(420, 900);
    browser.shoot("inspector-narrow");
    Number overflow =
        (Number) browser.script("return document.documentElement.scrollWidth - innerWidth");
    assertThat(overflow.intValue()).isLessThanOrEqualTo(0);
    browser.view(1440, 1000);
  }

  @Test
  void docs_areReachedFromTheConsoleAndFitAPhone() throws Exception {
    open("live");
    browser.click(".docs-link");
    browser.awaitText("main h1", "Documentation");
    browser.click("nav a[href='/docs/guides/roll-back.html']");
    browser.awaitText("main h1", "Roll back");
    assertThat(browser.texts("nav a[aria-current]")).containsExactly("roll back");
    browser.click("main a[href='#a-bundle']");
    assertThat((String) browser.script("return location.pathname + location.hash"))
        .isEqualTo("/docs/guides/roll-back.html#a-bundle");
    browser.view(420, 900);
    for (String page : List.of("guides/roll-back.html", "reference/metrics.html", "http.html")) {
      browser.open(server.console() + "docs/" + page);
      browser.shoot("docs-narrow");
      Number overflow =
          (Number) browser.script("return document.documentElement.scrollWidth - innerWidth");
      assertThat(overflow.intValue()).as(page).isLessThanOrEqualTo(0);
    }
    browser.click(".pages");
    assertThat((String) browser.script("return location.hash")).isEqualTo("#pages");
    browser.view(1440, 1000);
    browser.click("header a[href='/']");
    browser.await("the console", () -> !browser.all("body[data-ready]").isEmpty());
  }

  @Test
  void inspector_refusesWhatTheServerRefuses() {
    open("inspector");
    browser.type("#inspect-user", "user5");
    inspect("9999999999999999999");
    assertThat(browser.text("#inspection .error")).startsWith("item:");
    browser.script("document.getElementById('inspect-candidates').removeAttribute('max')");
    browser.type("#inspect-candidates", "5000");
    inspect("");
    assertThat(browser.text("#inspection .error"))
        .isEqualTo("candidates: 0 to 4096 expected, got 5000");
    assertThat(browser.errors()).hasSize(2).allMatch(error -> error.contains("400"));
  }

  @Test
  void experiments_areShownWithWhoIsInThem() throws Exception {
    open("experiments");
    browser.await("two layers", () -> browser.all("#experiments .card").size() == 2);
    assertThat(browser.text("#experiments"))
        .contains("Layer page", "Layer retrieval", "slots 0-4999, 50 % rolled out", "1 overrides")
        .contains("75.0 %", "{\"retrieval\":{\"candidates\":80}}", "5 % of all users are held out");
    browser.type("#assign-user", "tester");
    browser.click("#assign-run");
    browser.awaitText("#assignments", "wide = more");
    assertThat(browser.text("#assignments")).contains("by override");
    browser.await("a chart of arms", () -> !browser.all("#arms polyline").isEmpty());
    browser.shoot("experiments");
  }

  @Test
  void cache_looksUpAndErasesOneUser() throws Exception {
    page("leaver");
    record("leaver", 3);
    open("cache");
    browser.awaitText("#cache", "Gone: erased");
    List<String> counts = browser.texts("#cache-stats td");
    assertThat(counts).hasSize(15).allMatch(count -> Character.isDigit(count.charAt(0)));
    assertThat(counts.get(5)).as("prefill: no entry").doesNotStartWith("0 ");
    browser.type("#lookup-user", "leaver");
    browser.click("#lookup-run");
    browser.awaitText("#lookup-result", "Actions, all");
    assertThat(browser.texts("#lookup-result td")).startsWith("yes", "3", "3");
    browser.shoot("cache");

    browser.click("#erase");
    assertThat(browser.text("#confirm")).contains("Erase leaver?", "can't be undone");
    browser.click("#confirm-no");
    assertThat(browser.find("#confirm").isDisplayed()).isFalse();
    browser.click("#erase");
    browser.click("#confirm-yes");
    browser.awaitText("#toast", "leaver is erased");
    browser.click("#lookup-run");
    browser.await("nothing", () -> browser.texts("#lookup-result td").contains("no"));
    assertThat(browser.texts("#lookup-result td")).startsWith("no", "0", "0");
  }

  @Test
  void recallAndBundles_measureAndSwap() throws Exception {
    Path damaged = Files.createDirectories(folder.resolve("bundles/damaged"));
    Files.copy(folder.resolve("bundles/one/manifest.json"), damaged.resolve("manifest.json"));
    open("recall");
    browser.type("#recall-users", "8");
    browser.type("#recall-k", "50");
    browser.click("#recall-run");
    browser.awaitText("#recall-result", "HNSW16");
    assertThat(browser.text("#recall-result")).contains("8", "50", "300");
    assertThat(browser.text("#recall-mean")).endsWith("%");
    browser.awaitText("#items", "Live");
    assertThat(browser.text("#items")).contains("Kept, not served by this bundle", "Deleted");
    browser.shoot("recall");

    browser.click("#tab-bundles");
    browser.await("bundles", () -> browser.all("#bundles tbody tr").size() == 3);
    browser.click("[data-bundle='two']");
    browser.click("#confirm-no");
    assertThat(browser.text("#serving")).contains("serves one");
    browser.click("[data-bundle='damaged']");
    browser.click("#confirm-yes");
    browser.awaitText("#bundles .error", "damaged");
    browser.click("[data-bundle='two']");
    browser.click("#confirm-yes");
    browser.awaitText("#serving", "serves two");
    browser.await("two serves", () -> browser.all("[data-bundle='two']").isEmpty());
    browser.shoot("bundles");
    assertThat(server.admin().bundle().getBundle()).isEqualTo("two");
    assertThat(browser.errors()).hasSize(1);

    browser.click("#tab-recall");
    browser.click("#recall-run");
    browser.awaitText("#recall-mean", "100.00 %");
    browser.click("#tab-bundles");
    browser.click("#bundles-refresh");
    browser.click("[data-bundle='one']");
    browser.click("#confirm-yes");
    browser.awaitText("#serving", "serves one");
  }

  @Test
  void serving_afterASwapFromElsewhere_isTheNewBundle() {
    open("inspector");
    browser.type("#inspect-user", "user3");
    browser.awaitText("#serving", "serves one");
    server.admin().loadBundle("two");
    browser.awaitText("#serving", "serves two");
    assertThat(browser.find("#inspect-user").getAttribute("value")).isEqualTo("user3");
    server.admin().loadBundle("one");
    browser.awaitText("#serving", "serves one");
  }

  @Test
  void token_isAskedForUntilItIsRight() throws Exception {
    String token = "0123456789abcdefghij";
    Path file =
        Files.writeString(
            folder.resolve("tokens"), TokenTable.line(Set.of(Role.ADMIN), token) + "\n");
    try (TinyServer guarded =
            TinyServer.start(folder.resolve("guarded"), "security.tokens=" + file);
        Browser other = Browser.start(folder.resolve("other"))) {
      other.open(guarded.console());
      other.await("the dialog", () -> other.find("#token").isDisplayed());
      other.shoot("token");
      other.type("#token-value", "wrong");
      other.click("#token-run");
      other.await("the dialog again", () -> other.find("#token").isDisplayed());
      other.type("#token-value", token);
      other.click("#token-run");
      other.awaitText("#serving", "serves one");
    }
  }

  private static void open(String view) {
    browser.open("about:blank");
    browser.open(server.console() + "#" + view);
    browser.await("a page", () -> !browser.all("body[data-ready]").isEmpty());
  }

  private static boolean pressed(String css) {
    return "true".equals(browser.find(css).getAttribute("aria-pressed"));
  }

  private static List<ScoredItem> page(String user) {
    return server
        .client()
        .retrieveAndRank(
            RetrieveAndRankRequest.newBuilder()
                .setUser(UserContext.newBuilder().setUserId(user))
                .build())
        .getItemsList();
  }

  private static void record(String user, int actions) {
    UserActions.Builder events = UserActions.newBuilder().setUserId(user);
    for (int i = 0; i < actions; i++) {
      events.addActions(
          Action.newBuilder()
              .setItemId(TinyServer.FIRST_ID + i)
              .addActions(TinyServer.ACTIONS.get(i % 3))
              .setEventId("e" + i)
              .setTimeMs(TinyServer.NOW + i * 60_000L));
    }
    server.client().recordActions(RecordActionsRequest.newBuilder().addUsers(events).build());
  }
}

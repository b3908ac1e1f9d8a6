package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A headless Chromium, with methods that use a page like a person. */
final class Browser implements AutoCloseable {
  /**
   * Selenium's logger, which warns of protocols that no test uses. The field keeps the logger and
   * its level from being garbage-collected.
   */
  private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

  private static final long PATIENCE_NANOS = 20_000_000_000L;
  private static final int DRAWN_ANEW = 10;
  private static final Path SHOTS = Path.of("target", "screenshots");

  private final ChromeDriver driver;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** Starts a browser with an empty profile. */
  static Browser start(Path profile) {
    SELENIUM.setLevel(Level.SEVERE);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(Programs.path("chromium").toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--no-first-run",
        "--hide-scrollbars",
        "--window-size=1440,1000",
        "--user-data-dir=" + profile);
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.SEVERE);
    options.setCapability("goog:loggingPrefs", logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(Programs.path("chromedriver").toFile())
            .usingAnyFreePort()
            .build();
    return new Browser(new ChromeDriver(service, options));
  }

  void open(String address) {
    driver.get(address);
  }

  /** Shows the page in a window of any width, even one that is too narrow for a real window. */
  void view(int width, int height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** Sets the colour scheme that the system prefers: {@code light} or {@code dark}. */
  void prefer(String scheme) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** Presses keys in the element that has the focus. */
  void press(CharSequence... keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  /** Checks that the page logged no error and loaded nothing from other hosts. */
  void assertCleanAndOnlyAt(String address) {
    assertThat(errors()).isEmpty();
    Object hosts =
        script(
            "return [...new Set(performance.getEntriesByType('resource')"
                + ".map(entry => new URL(entry.name).origin))].join()");
    assertThat(hosts).isEqualTo(address.replaceFirst("/$", ""));
  }

  WebElement find(String css) {
    return driver.findElement(By.cssSelector(css));
  }

  List<WebElement> all(String css) {
    return driver.findElements(By.cssSelector(css));
  }

  /** Returns the text of an element. The text is empty if the element does not exist yet. */
  String text(String css) {
    return anew(
        () -> {
          List<WebElement> found = all(css);
          return found.isEmpty() ? "" : found.get(0).getText();
        });
  }

  List<String> texts(String css) {
    Object found =
        script("return [...document.querySelectorAll(arguments[0])].map(e => e.innerText)", css);
    return ((List<?>) found).stream().map(String::valueOf).toList();
  }

  void click(String css) {
    anew(
        () -> {
          find(css).click();
          return css;
        });
  }

  /**
   * Runs an action that finds an element and uses it. If the page redraws the element in between,
   * the action fails, and this method runs it again.
   */
  private static String anew(Supplier<String> use) {
    for (int left = DRAWN_ANEW; ; left--) {
      try {
        return use.get();
      } catch (StaleElementReferenceException e) {
        if (left == 0) {
          throw e;
        }
      }
    }
  }

  /** Replaces the content of an input field. */
  void type(String css, String text) {
    WebElement field = find(css);
    field.clear();
    field.sendKeys(text);
  }

  /** Runs a script and returns its result, or an empty text if the script returns nothing. */
  Object script(String script, Object... arguments) {
    return Objects.requireNonNullElse(driver.executeScript(script, arguments), "");
  }

  void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("%s in the page: %s", what, text("main")).isNegative();
      driver.executeAsyncScript("setTimeout(arguments[0], 50)");
    }
  }

  void awaitText(String css, String text) {
    await(css + " with '" + text + "'", () -> text(css).contains(text));
  }

  /** Returns the errors of the page's scripts since the last call of this method. */
  List<String> errors() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(entry -> entry.getMessage())
        .toList();
  }

  /** Writes a screenshot to {@code target/screenshots}, for a person to look at. */
  void shoot(String name) throws IOException {
    Files.createDirectories(SHOTS);
    Files.write(SHOTS.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
  }

  /** Writes a screenshot of the whole page, including the part below the window. */
  void shootWhole(String name) throws IOException {
    Map<String, Object> shot =
        driver.executeCdpCommand(
            "Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
    Files.createDirectories(SHOTS);
    Files.write(
        SHOTS.resolve(name + ".png"), Base64.getDecoder().decode(String.valueOf(shot.get("data"))));
  }

  @Override
  public void close() {
    driver.quit();
  }
}

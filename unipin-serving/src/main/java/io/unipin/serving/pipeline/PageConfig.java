package io.unipin.serving.pipeline;

import static io.unipin.settings.SettingException.checkPositive;
import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.SettingException;
import java.time.Duration;

/**
 * Settings of pages.
 *
 * @param size items on a page when the request names no number
 * @param maxSize most items on a page
 * @param maxServed items after which a feed ends: its last page has no cursor
 * @param cursorTimeToLive age from which a cursor is refused
 */
public record PageConfig(int size, int maxSize, int maxServed, Duration cursorTimeToLive) {
  public PageConfig {
    checkRange("maxSize", maxSize, 1, 4096);
    checkRange("size", size, 1, maxSize);
    checkRange("maxServed", maxServed, 1, 8192);
    checkPositive("cursorTimeToLive", cursorTimeToLive);
    if (maxServed < maxSize) {
      throw new SettingException("maxServed", "at least maxSize expected, got " + maxServed);
    }
  }
}

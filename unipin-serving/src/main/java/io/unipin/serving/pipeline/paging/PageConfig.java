package io.unipin.serving.pipeline.paging;

import static io.unipin.settings.SettingException.checkPositive;
import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.SettingException;
import java.time.Duration;

/**
 * Settings of pages.
 *
 * @param size number of items on a page if the request gives no number
 * @param maxSize largest number of items on a page
 * @param maxServed number of items after which a feed ends; the last page of the feed has no cursor
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

package io.unipin.serving.impressions;

import java.security.SecureRandom;
import java.util.Map;
import org.apache.commons.codec.digest.HmacAlgorithms;
import org.apache.commons.codec.digest.HmacUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the pages of a topic to which all servers of a fleet write.
 *
 * <p>The counts and the offsets up to which the topic was counted reach the disk in one change. So
 * a record counts exactly once, even if the process is killed. Repeats of a page are in the same
 * partition. They count only once while the page is still remembered. Each partition has a share of
 * the memory for such pages. A remembered page holds a hash of its user and request instead of
 * their ids. Only this process can compute this hash.
 *
 * <p>Only one thread may pass records to this class.
 */
public final class TopicPages {
  private static final Logger logger = LoggerFactory.getLogger(TopicPages.class);
  private static final int KEY_BYTES = 32;

  /** Number of hexadecimal digits that are kept of each hash. */
  private static final int DIGITS = 32;

  private final NewestPages newest;
  private final NewestPages.Table table;
  private final HmacUtils hash;

  TopicPages(NewestPages newest, NewestPages.Table table) {
    this.newest = newest;
    this.table = table;
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    hash = new HmacUtils(HmacAlgorithms.HMAC_SHA_256, key);
  }

  /**
   * Begins to take records, at the start and after a failure.
   *
   * @param partitions number of the topic's partitions
   * @return offset of the next record to take, by partition. A partition without an offset begins
   *     with its first record
   */
  public Map<Integer, Long> begin(int partitions) {
    return newest.begin(partitions);
  }

  /**
   * Takes the next record of a partition.
   *
   * @param page page that the record holds; null if the record holds no page
   * @return number of earlier records that Kafka deleted before they were counted
   */
  public long take(int partition, long offset, @Nullable ShownPage page) {
    long missed = newest.add(partition, offset, page == null ? null : nameless(page), table);
    if (missed == PartitionPages.REMADE) {
      logger.warn("the topic of served pages was made again; partition {} is counted", partition);
      return 0;
    }
    if (missed > 0) {
      logger.warn(
          "Kafka has deleted {} records of partition {} of the topic of served pages before they"
              + " were counted; keep the topic's records longer",
          missed,
          partition);
    }
    return missed;
  }

  private ShownPage nameless(ShownPage page) {
    String name = hash.hmacHex(page.user() + '\0' + page.request()).substring(0, DIGITS);
    return new ShownPage("", name, page.surface(), page.items());
  }
}

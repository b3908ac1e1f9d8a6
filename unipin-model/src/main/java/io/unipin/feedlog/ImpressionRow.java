package io.unipin.feedlog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of the feedviews table: one impression.
 *
 * @param feedview id that is unique within the user; all rows of a feedview have equal user, time,
 *     sequence and surface
 * @param timeMs milliseconds since 1970; null only when all of the user's times are null
 * @param sequence number that orders feedviews of equal times; if times are null, the value of
 *     {@code sequence} of the user's next action after the feedview
 * @param position position in the feedview, from 0
 * @param actions names of the actions that the impression got; may be an empty list
 * @param oracle true utility that a simulator states; null in other logs
 * @param propensity probability with which the server chose the item for its position, above 0 and
 *     at most 1; null if unknown
 */
public record ImpressionRow(
    String feedview,
    String user,
    @Nullable Long timeMs,
    @Nullable Long sequence,
    String surface,
    int position,
    long item,
    List<String> actions,
    @Nullable Float oracle,
    @Nullable Double propensity) {}

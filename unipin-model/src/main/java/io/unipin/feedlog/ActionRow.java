package io.unipin.feedlog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of the actions table.
 *
 * @param actions names of action types; an empty list means an impression without engagement
 * @param timeMs milliseconds since 1970; null only when all of the user's times are null
 * @param sequence number that orders a user's actions of equal times, or all actions of a user
 *     without times
 * @param eventId id that is unique within the user
 */
public record ActionRow(
    String user,
    long item,
    List<String> actions,
    String surface,
    @Nullable Long timeMs,
    @Nullable Long sequence,
    @Nullable String eventId) {}

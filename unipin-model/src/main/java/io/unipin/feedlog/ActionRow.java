package io.unipin.feedlog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of the actions table.
 *
 * @param actions names, empty for an impression without engagement
 * @param timeMs null only when all of the user's are
 * @param sequence order among equal times, or instead of times
 * @param eventId unique within the user
 */
public record ActionRow(
    String user,
    long item,
    List<String> actions,
    String surface,
    @Nullable Long timeMs,
    @Nullable Long sequence,
    @Nullable String eventId) {}

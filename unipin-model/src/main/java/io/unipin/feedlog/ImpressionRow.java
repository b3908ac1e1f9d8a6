package io.unipin.feedlog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of the feedviews table: one impression.
 *
 * @param feedview unique within the user; its rows agree in user, time, sequence and surface
 * @param timeMs null only when all of the user's are
 * @param sequence order among equal times or, without times, the sequence of the next action
 * @param position from 0
 * @param actions names of what the impression got, empty for nothing
 * @param oracle a simulator's true utility
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
    @Nullable Float oracle) {}

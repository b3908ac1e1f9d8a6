package io.unipin.serving.user;

/**
 * A user's marks in the two logs at one moment. If the user is erased later, entries with this mark
 * are dropped.
 */
public record UserMark(long served, long exposed) {}

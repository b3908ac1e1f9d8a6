package io.unipin.serving.user;

/** A moment in a user's life here: what was begun before the user was erased is not logged after it. */
public record UserMark(long served, long exposed) {}

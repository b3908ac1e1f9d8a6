package io.unipin.serving.user;

import java.util.function.Predicate;

/**
 * A place where something of a user is held.
 *
 * @param name as an incomplete erasure tells it
 * @param eraser forgets a user; tells whether there was anything
 */
public record UserStore(String name, Predicate<String> eraser) {}

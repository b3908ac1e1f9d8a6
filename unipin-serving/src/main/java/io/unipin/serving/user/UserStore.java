package io.unipin.serving.user;

import java.util.function.Predicate;

/**
 * A store that holds data about users.
 *
 * @param name name of the store in reports of incomplete erasures
 * @param eraser erases a user; returns whether the store held data of the user
 */
public record UserStore(String name, Predicate<String> eraser) {}

package io.unipin.serving.erasure;

/**
 * Says that all erasures of one part of a log are made up to a position.
 *
 * @param position position after the last of these erasures
 * @param lastMs latest time at which one of these erasures was written, in milliseconds since 1970
 */
public record ErasurePoint(long position, long lastMs) {}

package io.unipin.serving.erasure;

/**
 * Says that all erasures before a position in one partition of a log have been applied.
 *
 * @param position position after the last of these erasures
 * @param lastMs latest time at which one of these erasures was written, in milliseconds since 1970
 */
public record ErasurePoint(long position, long lastMs) {}

package io.unipin.serving.admission;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * A call that needs a worker.
 *
 * @param kind kind of the call; calls of one kind take similar times
 * @param remaining time until the caller's deadline
 * @param task runs on a worker and handles all of its failures, including errors; returns whether
 *     it did the work of its kind. A call with an invalid request or without time left does not
 */
public record Work(String kind, Priority priority, Duration remaining, BooleanSupplier task) {}

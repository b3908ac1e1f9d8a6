package io.unipin.serving.admission;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * A call that needs a worker.
 *
 * @param kind kind of the call; calls of one kind take similar times
 * @param remaining time until the caller's deadline
 * @param task runs the call on a worker and handles every failure, including errors. It returns
 *     whether the call did the work of its kind. It returns false if the request was invalid or no
 *     time was left
 */
public record Work(String kind, Priority priority, Duration remaining, BooleanSupplier task) {}

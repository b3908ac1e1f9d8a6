package io.unipin.serving.admission;

import java.time.Duration;

/**
 * A call that asks for a worker.
 *
 * @param kind calls of one kind take about as long
 * @param remaining until the caller's deadline
 * @param task runs on a worker and answers for its failures, errors too
 */
public record Work(String kind, Priority priority, Duration remaining, Runnable task) {}

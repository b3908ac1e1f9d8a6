package io.unipin.serving.admission;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * A call that asks for a worker.
 *
 * @param kind calls of one kind take about as long
 * @param remaining until the caller's deadline
 * @param task runs on a worker and answers for its failures, errors too; says whether it did the work of its kind, which one that
 *     finds its time used up or its request invalid does not
 */
public record Work(String kind, Priority priority, Duration remaining, BooleanSupplier task) {}

package io.unipin.cli.report;

import io.unipin.cli.statistics.Interval;

/**
 * A metric of one arm against the control. Effects are adjusted by CUPED; lifts are effects over the control's mean.
 *
 * @param control mean
 * @param treatment mean
 * @param lift relative
 * @param onceInterval of the lift, 95 %, if it is read once, at an end that was fixed before
 * @param onceP of no effect, likewise
 * @param interval of the lift, 95 % at all times together
 * @param p of no effect, valid however often it is read
 * @param varianceLeft by CUPED: 1 − ρ² of metric and past
 */
public record Comparison(
    String metric,
    String arm,
    double control,
    double treatment,
    double lift,
    Interval onceInterval,
    double onceP,
    Interval interval,
    double p,
    double varianceLeft) {}

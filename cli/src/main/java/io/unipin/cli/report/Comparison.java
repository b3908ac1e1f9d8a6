package io.unipin.cli.report;

import io.unipin.cli.statistics.Interval;

/**
 * A metric of one arm compared with the control. CUPED adjusts the effects. A lift is an effect
 * divided by the control's mean.
 *
 * @param control mean of the control
 * @param treatment mean of the arm
 * @param lift relative effect
 * @param onceInterval 95 % interval of the lift, valid for a single reading at an end that was
 *     fixed before
 * @param onceP p value for the hypothesis of no effect, valid for the same single reading
 * @param interval 95 % interval of the lift, valid at all times together
 * @param p p value for the hypothesis of no effect, valid however often the report is read
 * @param varianceLeft share of the variance that CUPED leaves: 1 − ρ², where ρ correlates metric
 *     and past
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

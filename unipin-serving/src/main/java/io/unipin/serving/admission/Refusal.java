package io.unipin.serving.admission;

import java.time.Duration;

/**
 * The reason why a call was not admitted.
 *
 * @param reason text for the caller
 * @param retryAfter time after which the caller may try again
 */
record Refusal(String reason, Duration retryAfter) {}

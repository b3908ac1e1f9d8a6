package io.unipin.serving.admission;

import java.time.Duration;

/**
 * Why a call was not admitted.
 *
 * @param reason for the caller
 * @param retryAfter when to try again
 */
record Refusal(String reason, Duration retryAfter) {}

/** Counts how often items were shown, while the server serves. */
@NullMarked
package io.unipin.serving.impressions;

import org.jspecify.annotations.NullMarked;

/**
 * Reads settings strictly into records: YAML or JSON over defaults, with overrides. Code outside
 * this package starts with {@link io.unipin.settings.SettingsTree}, which reads a server's
 * settings, recipes, import mappings and manifests. {@code DocumentReader} refuses a text that two
 * readers may understand differently. {@code StrictMapper} refuses unknown, missing and wrong
 * values, and {@code BindFailure} writes the messages of these errors.
 */
@NullMarked
package io.unipin.settings;

import org.jspecify.annotations.NullMarked;

/**
 * Reads settings strictly: YAML or JSON over defaults, with overrides, into records. {@link
 * io.unipin.settings.SettingsTree} is the way in, for a server's settings, recipes, import mappings
 * and manifests alike. {@code DocumentReader} refuses a text that two readers may understand
 * differently. {@code StrictMapper} refuses unknown, missing and wrong values, and {@code
 * BindFailure} words these errors.
 */
@NullMarked
package io.unipin.settings;

import org.jspecify.annotations.NullMarked;

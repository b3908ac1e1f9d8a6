/**
 * Reads settings strictly: YAML or JSON over defaults, with overrides, into records. {@link
 * io.unipin.settings.SettingsTree} is the way in.
 */
@NullMarked
package io.unipin.settings;

import org.jspecify.annotations.NullMarked;

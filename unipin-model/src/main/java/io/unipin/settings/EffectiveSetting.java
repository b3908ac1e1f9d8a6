package io.unipin.settings;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A setting that is in effect, with the place where its value was written.
 *
 * @param key path of the setting, such as {@code server.port}
 * @param value the value; a list, or an empty map, is one value
 * @param place where the value was written: a line of a file or of the defaults, a variable, or an
 *     override
 * @param isDefault whether no file, variable or override names the setting
 */
public record EffectiveSetting(String key, JsonNode value, Place place, boolean isDefault) {}

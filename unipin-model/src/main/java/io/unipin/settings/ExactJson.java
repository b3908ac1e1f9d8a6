package io.unipin.settings;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * Builds the mappers that read records from files. They convert no value to another type. With its
 * defaults, Jackson would read 2.9 as the whole number 2, and the text "60" as the number 60.
 */
public final class ExactJson {
  private ExactJson() {}

  /** Returns a new builder. Apart from conversions, its mappers are as lenient as Jackson is. */
  public static JsonMapper.Builder builder() {
    return exact(JsonMapper.builder());
  }

  static <B extends MapperBuilder<?, B>> B exact(B builder) {
    return builder
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS);
  }
}

package io.unipin.settings;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.AnnotatedParameter;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Converts trees to records and records to trees, by one set of strict rules. Every component of a
 * record is required unless it is {@code @Nullable}. An unknown key is refused. No value is
 * converted to another type. {@link BindFailure} writes the error messages.
 */
final class StrictMapper {
  static final JsonMapper JSON = strict(JsonMapper.builder()).build();
  static final YAMLMapper YAML = strict(YAMLMapper.builder()).build();

  private StrictMapper() {}

  private static <B extends MapperBuilder<?, B>> B strict(B builder) {
    return ExactJson.exact(builder)
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .annotationIntrospector(new Required())
        .addModule(
            new SimpleModule()
                .addSerializer(Duration.class, ToStringSerializer.instance)
                .addDeserializer(Duration.class, new DurationReader())
                .addDeserializer(Path.class, new PathReader())
                .addDeserializer(Located.class, new LocatedReader()));
  }

  /** Returns the keys of a record, in the order of its components. */
  static List<String> keys(Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(
            component -> {
              JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
              return named == null || named.value().isEmpty() ? component.getName() : named.value();
            })
        .toList();
  }

  /** Requires a value for every component of a record that is not {@code @Nullable}. */
  private static final class Required extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1;

    @Override
    public @Nullable Boolean hasRequiredMarker(AnnotatedMember member) {
      RecordComponent component = component(member);
      return component == null
          ? super.hasRequiredMarker(member)
          : Boolean.valueOf(isRequired(component));
    }

    @Override
    public JsonSetter.Value findSetterInfo(Annotated annotated) {
      RecordComponent component =
          annotated instanceof AnnotatedMember member ? component(member) : null;
      if (component == null) {
        return super.findSetterInfo(annotated);
      }
      return JsonSetter.Value.construct(
          isRequired(component) ? Nulls.FAIL : Nulls.DEFAULT, Nulls.FAIL);
    }

    private static boolean isRequired(RecordComponent component) {
      return !component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static @Nullable RecordComponent component(AnnotatedMember member) {
      Class<?> owner = member.getDeclaringClass();
      if (!owner.isRecord()) {
        return null;
      }
      RecordComponent[] components = owner.getRecordComponents();
      if (member instanceof AnnotatedParameter parameter) {
        boolean canonical = parameter.getOwner().getParameterCount() == components.length;
        return canonical ? components[parameter.getIndex()] : null;
      }
      for (RecordComponent component : components) {
        if (component.getName().equals(member.getName())) {
          return component;
        }
      }
      return null;
    }
  }

  /** Reads {@code 250ms}, {@code 10s}, {@code 5m}, {@code 1h}, {@code 2d}, or ISO-8601. */
  private static final class DurationReader extends StdDeserializer<Duration> {
    private static final long serialVersionUID = 1;

    DurationReader() {
      super(Duration.class);
    }

    @Override
    public @Nullable Duration deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      String text = parser.getText().trim();
      try {
        if (text.matches("\\d{1,12}ms")) {
          return Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)));
        }
        if (text.matches("\\d{1,9}[smhd]")) {
          boolean days = text.endsWith("d");
          return Duration.parse((days ? "P" : "PT") + text.toUpperCase(Locale.ROOT));
        }
        return Duration.parse(text);
      } catch (DateTimeParseException e) {
        return (Duration) context.handleWeirdStringValue(Duration.class, text, "not a duration");
      }
    }
  }

  /** Reads a text as a path of this machine's file system. */
  private static final class PathReader extends StdDeserializer<Path> {
    private static final long serialVersionUID = 1;

    PathReader() {
      super(Path.class);
    }

    @Override
    public @Nullable Path deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      if (!parser.currentToken().isScalarValue()) {
        return (Path) context.handleUnexpectedToken(Path.class, parser);
      }
      try {
        return Path.of(parser.getText());
      } catch (InvalidPathException e) {
        return (Path) context.handleWeirdStringValue(Path.class, parser.getText(), "not a path");
      }
    }
  }

  private static final class LocatedReader extends StdDeserializer<Located> {
    private static final long serialVersionUID = 1;

    LocatedReader() {
      super(Located.class);
    }

    @Override
    public @Nullable Located deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      if (!parser.currentToken().isScalarValue() || !(parser instanceof WrittenParser written)) {
        return (Located) context.handleUnexpectedToken(Located.class, parser);
      }
      return new Located(written.getText(), written.place());
    }
  }
}

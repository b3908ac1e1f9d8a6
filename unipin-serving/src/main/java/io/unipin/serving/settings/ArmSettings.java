package io.unipin.serving.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.unipin.serving.experiment.ArmConfig;
import io.unipin.serving.experiment.ExperimentPlan;
import io.unipin.serving.experiment.LayerConfig;
import io.unipin.serving.pipeline.PageConfig;
import io.unipin.serving.pipeline.RankingConfig;
import io.unipin.serving.pipeline.RecommenderConfig;
import io.unipin.serving.pipeline.RetrievalConfig;
import io.unipin.serving.slate.SlateConfig;
import io.unipin.settings.SettingException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Lays an arm's settings over the server's. */
public final class ArmSettings {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .addModule(
              new SimpleModule()
                  .addSerializer(Duration.class, ToStringSerializer.instance)
                  .addDeserializer(Duration.class, new DurationReader()))
          .build();

  private ArmSettings() {}

  /** The pipeline's settings under an arm. */
  public static RecommenderConfig apply(RecommenderConfig base, ObjectNode settings) {
    return new RecommenderConfig(
        base.cache(),
        lay("retrieval", settings, base.retrieval(), RetrievalConfig.class),
        lay("ranking", settings, base.ranking(), RankingConfig.class),
        lay("page", settings, base.page(), PageConfig.class),
        base.degradation(),
        base.historyLimit(),
        lay("slate", settings, base.slate(), SlateConfig.class));
  }

  /** The pipeline's settings of a server. */
  public static RecommenderConfig of(ServerConfig config) {
    return new RecommenderConfig(
        config.cache(),
        config.retrieval(),
        config.ranking(),
        config.page(),
        config.degradation(),
        config.history().limit(),
        config.slate());
  }

  /** Refuses arms whose settings have values that can't be, with a key relative to the configuration. */
  static void check(ServerConfig config) {
    checkShadow(config);
    RecommenderConfig base = of(config);
    for (Map.Entry<String, LayerConfig> layer : config.experiments().layers().entrySet()) {
      for (Map.Entry<String, ExperimentPlan> plan : layer.getValue().experiments().entrySet()) {
        for (Map.Entry<String, ArmConfig> arm : plan.getValue().arms().entrySet()) {
          try {
            apply(base, arm.getValue().settings());
          } catch (SettingException e) {
            throw new SettingException(
                "experiments.layers.%s.experiments.%s.arms.%s.settings.%s"
                    .formatted(layer.getKey(), plan.getKey(), arm.getKey(), e.key()),
                String.valueOf(e.getMessage()));
          }
        }
      }
    }
  }

  private static void checkShadow(ServerConfig config) {
    try {
      apply(of(config), config.shadow().settings());
    } catch (SettingException e) {
      throw new SettingException("shadow.settings." + e.key(), String.valueOf(e.getMessage()));
    }
  }

  private static <T> T lay(String section, ObjectNode settings, T base, Class<T> type) {
    if (!(settings.get(section) instanceof ObjectNode own)) {
      return base;
    }
    ObjectNode tree = MAPPER.valueToTree(base);
    merge(tree, own);
    try {
      return MAPPER.treeToValue(tree, type);
    } catch (JsonMappingException e) {
      throw describe(section, e, tree);
    } catch (JsonProcessingException e) {
      throw new SettingException(section, String.valueOf(e.getOriginalMessage()));
    }
  }

  /** Maps such as weights are extended and overridden, not replaced. */
  private static void merge(ObjectNode target, ObjectNode own) {
    for (Map.Entry<String, JsonNode> field : own.properties()) {
      if (field.getValue() instanceof ObjectNode child
          && target.get(field.getKey()) instanceof ObjectNode section) {
        merge(section, child);
      } else {
        target.set(field.getKey(), field.getValue());
      }
    }
  }

  private static SettingException describe(
      String section, JsonMappingException e, ObjectNode tree) {
    String key =
        e.getPath().stream()
            .map(JsonMappingException.Reference::getFieldName)
            .filter(Objects::nonNull)
            .collect(Collectors.joining("."));
    if (e.getCause() instanceof SettingException setting) {
      return new SettingException(
          section + "." + setting.key(), String.valueOf(setting.getMessage()));
    }
    return new SettingException(
        section + "." + key,
        "another kind of value expected, got " + tree.at("/" + key.replace('.', '/')));
  }

  private static final class DurationReader extends FromStringDeserializer<Duration> {
    private static final long serialVersionUID = 1;

    DurationReader() {
      super(Duration.class);
    }

    @Override
    protected @Nullable Duration _deserialize(String value, DeserializationContext context) {
      return Duration.parse(value);
    }
  }
}

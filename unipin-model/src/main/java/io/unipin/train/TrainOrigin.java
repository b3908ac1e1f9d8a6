package io.unipin.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.feedlog.FeedLog;
import io.unipin.model.ModelFolder;
import io.unipin.model.features.AttributeConfig;
import io.unipin.settings.ExactJson;
import io.unipin.train.recipe.RecordText;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that determines a training: recipe, feed log, program and initial weights. Every step
 * is a function of the origin, so a checkpoint is resumed only with an equal origin.
 *
 * @param recipe values of the settings by their dotted names
 * @param feedLog size and checksum of each table, by its name; empty in a checkpoint that does not
 *     state them
 * @param program checksum of the model's program; empty in a checkpoint that does not state it
 * @param warmStart fingerprint of the model with whose weights the training started; empty if they
 *     were random; {@code untold} in a checkpoint that does not state the fingerprint
 */
public record TrainOrigin(
    Map<String, String> recipe, Map<String, String> feedLog, String program, String warmStart) {
  private static final String NOTHING = "nothing";

  /** Value of {@code warmStart} if the fingerprint of the earlier model is not known. */
  private static final String UNTOLD = "untold";

  /** Setting in checkpoints of earlier versions, in which an action could be two tokens. */
  private static final String TWO_TOKENS = "model.interleaved";

  /** Checksum of the last program of format 2. In this format, checksums cover comments. */
  private static final String LAST_OF_FORMAT_2 = "705d97938ce7e852";

  /**
   * Checksum of a program that trains like the programs of {@link #EARLIER}, provided that the
   * settings of {@link #LATER} have the values given there.
   */
  private static final String LIKE_EARLIER = "bcdf31f353117425";

  private static final Set<String> EARLIER =
      Set.of("5dab38a7ece324cc", "f671570ef48e6a41", "260dcec7ce3c0cc5", "8cdddfadae174f8d");

  /**
   * Settings that earlier versions did not know. If all of them have the values given here, a
   * training equals a training by these versions.
   */
  private static final Map<String, String> LATER =
      Map.ofEntries(
          Map.entry("evaluation.withheld", "0.0"),
          Map.entry("evaluation.withheldSeed", "0"),
          Map.entry("training.idDropout", "0.0"),
          Map.entry("training.unseenClasses", "true"),
          Map.entry("training.candidateUnknown", "0.0"),
          Map.entry("training.scoreReg", "0.0"),
          Map.entry("training.coldBelow", "10"),
          Map.entry("training.counts", "AUTO"), // used after the last step only
          Map.entry("training.mixup", "0.0"),
          Map.entry("training.mixupAlpha", "0.2"),
          Map.entry("model.attributes.buckets", "0"),
          Map.entry("model.attributes.columns", "[attributes]"),
          Map.entry("model.contentPath", "0"),
          Map.entry("model.window", "0"),
          Map.entry("model.globalRows", "4"),
          Map.entry("model.windowLayers", "1"));

  private static final ObjectMapper JSON = ExactJson.builder().build();

  public TrainOrigin {
    recipe = new LinkedHashMap<>(recipe);
    recipe.remove(TWO_TOKENS, "false");
    feedLog = new LinkedHashMap<>(feedLog);
  }

  /** Returns the origin of a training that starts with random weights. */
  public static TrainOrigin of(TrainConfig config, FeedLog log) {
    return of(config, log, null);
  }

  static TrainOrigin of(TrainConfig config, FeedLog log, @Nullable WarmStart warm) {
    Map<String, String> tables = FeedLogDigest.of(log);
    AttributeConfig read = config.model().attributes();
    if (read.reads()) {
      tables.put("attributes", FeedLogDigest.attributes(log.catalogue(), read));
    }
    return new TrainOrigin(
        RecordText.settings(config.toString()),
        tables,
        ModelFolder.program(),
        warm == null ? "" : ModelFolder.fingerprint(warm.model()));
  }

  /**
   * Returns the origin that {@link #toText} wrote. Also reads the text of a recipe alone, because
   * earlier versions wrote only this text.
   */
  public static TrainOrigin parse(String text) {
    if (!text.startsWith("{")) {
      return ofText(text);
    }
    try {
      return JSON.readValue(text, TrainOrigin.class);
    } catch (JsonProcessingException e) {
      throw new TrainException("the origin of a training expected, got " + text, e);
    }
  }

  /** Returns the origin as JSON, to be written to a file. */
  public String toText() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the origin in a checkpoint of format 1, which has the recipe's text alone. */
  static TrainOrigin ofText(String recipe) {
    return new TrainOrigin(RecordText.settings(recipe), Map.of(), "", "");
  }

  /**
   * Converts the origin in a checkpoint of format 2. In format 2, the checksum and the fingerprint
   * also cover comments, so they never equal a checksum or fingerprint of format 3. If the program
   * is the last of format 2, the result has the checksum of the program of format 3 that trains in
   * the same way. The fingerprint of an earlier model then becomes {@code untold}. Any other origin
   * stays as it is, so the checkpoint is refused.
   */
  TrainOrigin ofFormat2() {
    return program.equals(LAST_OF_FORMAT_2)
        ? new TrainOrigin(recipe, feedLog, LIKE_EARLIER, warmStart.isEmpty() ? "" : UNTOLD)
        : this;
  }

  /** Whether the model has two tokens per action, as a model of an earlier version may have. */
  boolean hasTwoTokensPerAction() {
    return recipe.containsKey(TWO_TOKENS);
  }

  /**
   * Whether a checkpoint states feed log, program and warm start. Otherwise only the recipe is
   * compared.
   */
  boolean tellsAll() {
    return !program.isEmpty();
  }

  /** Returns the settings that differ from those of a recipe, each with its value then and now. */
  List<String> differences(TrainConfig now) {
    return differences(recipe, RecordText.settings(now.toString()));
  }

  /**
   * Returns one text for each part that differs between this origin and another, with the values in
   * both.
   */
  public List<String> others(TrainOrigin now) {
    List<String> others = new ArrayList<>();
    add(others, "recipe", differences(recipe, now.recipe));
    if (tellsAll()) {
      add(others, "feed log", differences(feedLog, now.feedLog));
      String like = EARLIER.contains(program) ? LIKE_EARLIER : program;
      add(others, "program", differences(Map.of("model", like), Map.of("model", now.program)));
      if (!warmStart.equals(UNTOLD) || now.warmStart.isEmpty()) {
        add(
            others,
            "--warm-start",
            differences(Map.of("model", warmStart), Map.of("model", now.warmStart)));
      }
    }
    return others;
  }

  /**
   * Refuses to resume with another origin.
   *
   * @throws TrainException if the origins differ; the message names each difference
   */
  void requireSame(TrainOrigin now) {
    List<String> others = others(now);
    if (!others.isEmpty()) {
      throw other(String.join("; ", others));
    }
  }

  /** Refuses to resume with another recipe. Needs no feed log. */
  void requireSameRecipe(TrainConfig now) {
    List<String> others = new ArrayList<>();
    add(others, "recipe", differences(now));
    if (!others.isEmpty()) {
      throw other(others.get(0));
    }
  }

  private static TrainException other(String differences) {
    return new TrainException(
        "the checkpoint was made with "
            + differences
            + ": give the same to go on with it, or begin anew without --resume");
  }

  private static void add(List<String> others, String what, List<String> differences) {
    if (!differences.isEmpty()) {
      others.add("another " + what + " (" + String.join(", ", differences) + ")");
    }
  }

  private static List<String> differences(Map<String, String> then, Map<String, String> now) {
    Set<String> names = new LinkedHashSet<>(then.keySet());
    names.addAll(now.keySet());
    List<String> differences = new ArrayList<>();
    for (String name : names) {
      String known = then.get(name);
      String old = text(known == null ? LATER.get(name) : known);
      String here = text(now.get(name));
      if (!old.equals(here)) {
        differences.add("%s %s then, %s now".formatted(name, old, here));
      }
    }
    return differences;
  }

  private static String text(@Nullable String value) {
    return value == null || value.isEmpty() ? NOTHING : value;
  }
}

package io.unipin.model.features;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvType;
import java.util.List;

/**
 * The shape of a model, as stored in {@code config.json}.
 *
 * @param items catalogue size; item row {@code items} is the out-of-vocabulary item
 * @param contentDim length of an item's content vector, 0 for none
 * @param itemDim length of an item embedding
 * @param width width of the transformer
 * @param layers number of blocks
 * @param heads number of query heads
 * @param kvHeads number of key and value heads; divides {@code heads}
 * @param feedForward hidden width of a block's feed-forward part
 * @param gated whether that part is gated, which makes it half as large again for the same hidden
 *     width
 * @param interleaved whether an action is two tokens, its item and then what was done with it, instead of one; written to the
 *     file only where it is so
 * @param maxHistory most tokens in a window, a multiple of 4 actions
 * @param actions action types; bit c of a multi-hot is {@code actions.get(c)}
 * @param positives the action types whose items retrieval is trained to find
 * @param surfaces surfaces
 */
public record ModelConfig(
    int items,
    int contentDim,
    int itemDim,
    int width,
    int layers,
    int heads,
    int kvHeads,
    int feedForward,
    boolean gated,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean interleaved,
    int maxHistory,
    List<String> actions,
    List<String> positives,
    List<String> surfaces) {

  public ModelConfig {
    actions = List.copyOf(actions);
    positives = List.copyOf(positives);
    surfaces = List.copyOf(surfaces);
    positive("items", items);
    positive("itemDim", itemDim);
    positive("width", width);
    positive("layers", layers);
    positive("heads", heads);
    positive("kvHeads", kvHeads);
    positive("feedForward", feedForward);
    require(contentDim >= 0, "contentDim: 0 or more expected, got " + contentDim);
    require(
        maxHistory > 0 && maxHistory % (interleaved ? 8 : 4) == 0,
        "maxHistory: positive multiple of %s expected, got %s"
            .formatted(interleaved ? 8 : 4, maxHistory));
    require(
        heads % kvHeads == 0,
        "kvHeads: a divisor of heads %s expected, got %s".formatted(heads, kvHeads));
    require(
        width % heads == 0 && width / heads % 2 == 0,
        "width: a multiple of heads (%s) with an even quotient expected, got %s"
            .formatted(heads, width));
    require(
        !actions.isEmpty() && actions.size() <= 62,
        "actions: 1 to 62 expected, got " + actions.size());
    require(!surfaces.isEmpty(), "surfaces: at least one expected, got none");
    require(
        actions.containsAll(positives),
        "positives: a part of %s expected, got %s".formatted(actions, positives));
  }

  /** A model whose feed-forward part is not gated, and which reads an action as one token. */
  public ModelConfig(
      int items,
      int contentDim,
      int itemDim,
      int width,
      int layers,
      int heads,
      int kvHeads,
      int feedForward,
      int maxHistory,
      List<String> actions,
      List<String> positives,
      List<String> surfaces) {
    this(
        items,
        contentDim,
        itemDim,
        width,
        layers,
        heads,
        kvHeads,
        feedForward,
        false,
        false,
        maxHistory,
        actions,
        positives,
        surfaces);
  }

  public int headDim() {
    return width / heads;
  }

  /** Tokens that the model reads of one action. */
  public int tokensPerAction() {
    return interleaved ? 2 : 1;
  }

  /** Most actions in a window. */
  public int maxActions() {
    return maxHistory / tokensPerAction();
  }

  /** The tokens of a window, oldest action first. */
  public TokenSequence tokens(List<UserAction> window) {
    TokenSequence tokens = TokenSequence.of(window);
    return interleaved ? tokens.interleaved(items) : tokens;
  }

  /**
   * Layout of the KV blocks that this model reads and writes; a row more than the history for the
   * learned first token.
   */
  public KvLayout kvLayout(KvType type) {
    return new KvLayout(layers, kvHeads, headDim(), maxHistory + 1, type);
  }

  private static void positive(String name, int value) {
    require(value > 0, name + ": a positive number expected, got " + value);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}

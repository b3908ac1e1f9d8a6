package io.unipin.model.features;

import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvType;
import java.util.List;

/**
 * The shape of a model, as stored in {@code config.json}.
 *
 * @param items number of items in the catalogue; row {@code items} of the item table is the
 *     out-of-vocabulary item
 * @param contentDim number of values in an item's content vector; 0 if items have no content
 * @param itemDim number of values in an item embedding
 * @param width width of the transformer
 * @param layers number of transformer blocks
 * @param heads number of query heads
 * @param kvHeads number of key and value heads; divides {@code heads}
 * @param feedForward hidden width of a block's feed-forward part
 * @param gated whether the feed-forward part is gated; at the same hidden width, a gated part has
 *     1.5 times as many weights
 * @param maxHistory largest number of actions in a window, a multiple of 4; an action is one token
 * @param actions names of the action types; bit c of a multi-hot stands for {@code actions.get(c)}
 * @param positives action types whose items retrieval is trained to find
 * @param surfaces names of the surfaces
 * @param attributes how the model reads items' attributes
 * @param contentPath width of a path that bypasses the transformer; on this path, a candidate's
 *     content and attributes reach the head of ranking; 0 for no such path
 * @param window windows of attention in the lower layers
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
    int maxHistory,
    List<String> actions,
    List<String> positives,
    List<String> surfaces,
    AttributeConfig attributes,
    int contentPath,
    AttentionWindow window) {

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
    require(contentPath >= 0, "contentPath: 0 or more expected, got " + contentPath);
    require(
        maxHistory > 0 && maxHistory % 4 == 0,
        "maxHistory: positive multiple of 4 expected, got " + maxHistory);
    window.requireFits(layers);
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

  /** Creates a shape without gates, attributes, a path for content and windows. */
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
        maxHistory,
        actions,
        positives,
        surfaces,
        AttributeConfig.NONE,
        0,
        AttentionWindow.NONE);
  }

  /** Returns the same shape with another configuration of attributes. */
  public ModelConfig withAttributes(AttributeConfig other) {
    return with(items, other, contentPath, window);
  }

  /** Returns the same shape with a content path of this width. */
  public ModelConfig withContentPath(int other) {
    return with(items, attributes, other, window);
  }

  /** Returns the same shape for a catalogue of another size. */
  public ModelConfig withItems(int other) {
    return with(other, attributes, contentPath, window);
  }

  /** Returns the same shape with other windows of attention. */
  public ModelConfig withWindow(AttentionWindow other) {
    return with(items, attributes, contentPath, other);
  }

  private ModelConfig with(int size, AttributeConfig read, int path, AttentionWindow local) {
    return new ModelConfig(
        size,
        contentDim,
        itemDim,
        width,
        layers,
        heads,
        kvHeads,
        feedForward,
        gated,
        maxHistory,
        actions,
        positives,
        surfaces,
        read,
        path,
        local);
  }

  /** Whether items have descriptions besides their ids: content or attributes. */
  public boolean describesItems() {
    return contentDim > 0 || attributes.reads();
  }

  public int headDim() {
    return width / heads;
  }

  /**
   * Returns the layout of this model's blocks of keys and values. A block has one row more than the
   * longest history has actions, for the learned first token.
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

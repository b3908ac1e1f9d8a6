package io.unipin.serving.rpc.items;

import io.unipin.proto.v1.Item;
import io.unipin.serving.items.PutItem;

/** Converts items between the form of the RPC and the form of the server. */
public final class ItemFields {
  private ItemFields() {}

  /** Converts an item of a message to the form that the server takes. Does not check the item. */
  public static PutItem read(Item item) {
    return read(item, item.getId());
  }

  /**
   * Converts an item of a message. The result has the given id, which is the item's own id or the
   * id of its key.
   */
  static PutItem read(Item item, long id) {
    float[] content = new float[item.getContentCount()];
    for (int i = 0; i < content.length; i++) {
      content[i] = item.getContent(i);
    }
    return new PutItem(
        id,
        item.getTitle(),
        item.getCategory(),
        item.getAuthor(),
        item.getCreatedMs(),
        content,
        item.getExpiresMs(),
        item.getKey(),
        item.getAttributesList());
  }

  static Item write(PutItem item) {
    Item.Builder builder =
        Item.newBuilder()
            .setId(item.id())
            .setTitle(item.title())
            .setCategory(item.category())
            .setAuthor(item.author())
            .setCreatedMs(item.createdMs())
            .setExpiresMs(item.expiresMs())
            .setKey(item.key())
            .addAllAttributes(item.attributes());
    for (float number : item.content()) {
      builder.addContent(number);
    }
    return builder.build();
  }
}

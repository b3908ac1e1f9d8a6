package io.unipin.serving.items;

/** The outcome of a call that puts or deletes items, for one of its items. */
public enum Outcome {
  /** The item is new. The next search finds it. */
  ADDED,
  /** The item was kept with other values before. The next search finds the new values. */
  REPLACED,
  /** The item was already kept with the same values. */
  UNCHANGED,
  /** The item is deleted, and its texts leave the disk soon. */
  DELETED,
  /** There was no such item to delete. */
  ABSENT,
  /**
   * The item is kept, but the serving bundle knows the id and serves its own item. Bundles that do
   * not know the id serve the kept item.
   */
  KNOWN_BY_BUNDLE,
  /** The item is kept, but the serving bundle can't serve it. The reason says why. */
  NOT_SERVED,
  /** The item was refused and changed nothing. The reason says why. */
  REFUSED
}

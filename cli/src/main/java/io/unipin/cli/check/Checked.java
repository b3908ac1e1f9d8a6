package io.unipin.cli.check;

/** A verb that can tell more than its paths before it begins. */
public interface Checked {
  /**
   * Refuses what can't come to a good end: settings, names, sizes. Reads small files alone, and writes nothing.
   *
   * @throws CheckException or another exception of ours whose message is one line
   */
  void check();
}

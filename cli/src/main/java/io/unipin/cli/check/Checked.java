package io.unipin.cli.check;

/** A command that checks more than its paths before it begins. */
public interface Checked {
  /**
   * Refuses settings, names and sizes that would make the command fail later. Reads only small
   * files and writes nothing.
   *
   * @throws CheckException or another exception of this project whose message is one line
   */
  void check();
}

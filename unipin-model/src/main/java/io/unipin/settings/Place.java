package io.unipin.settings;

/**
 * Where a value was written: at a line and column of a file, or in an override or a variable.
 *
 * @param source the file, {@code --set server.port}, or the variable's name
 * @param line number of the line, from 1; 0 for the whole source
 * @param column number of the column, from 1; 0 for the whole source
 */
public record Place(String source, int line, int column) {
  /** Returns a place that names the whole source. */
  public static Place of(String source) {
    return new Place(source, 0, 0);
  }

  @Override
  public String toString() {
    return line == 0 ? source : source + ":" + line + ":" + column;
  }
}

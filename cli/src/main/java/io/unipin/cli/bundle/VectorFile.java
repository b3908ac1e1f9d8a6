package io.unipin.cli.bundle;

import io.unipin.cli.console.CommandException;
import io.unipin.feedlog.source.SourceException;
import io.unipin.feedlog.source.Unpacked;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The vectors of a {@code .fvecs} file, the format of the public ANN data sets.
 *
 * <p>Each row consists of its dimension as a 32-bit integer, followed by as many 32-bit floats. All
 * numbers are little endian.
 *
 * @param rows (size, dimension) the vectors
 */
@SuppressWarnings("ArrayRecordComponent") // owned by the holder of the record
public record VectorFile(float[] rows, int dimension) {
  private static final int MAX_DIMENSION = 1 << 16;

  public int size() {
    return rows.length / dimension;
  }

  public static VectorFile read(Path file) {
    try (InputStream in = Unpacked.open(file)) {
      int dimension = 0;
      float[] rows = new float[0];
      int filled = 0;
      for (byte[] head = in.readNBytes(4); head.length > 0; head = in.readNBytes(4)) {
        int here = head.length == 4 ? little(head).getInt() : -1;
        if (here < 1 || here > MAX_DIMENSION || (dimension > 0 && here != dimension)) {
          throw refused(file, "a dimension of " + (dimension > 0 ? dimension : "1 to 65536"), here);
        }
        dimension = here;
        byte[] row = in.readNBytes(4 * dimension);
        if (row.length != 4 * dimension) {
          throw new CommandException(
              "%s, row %s: %s numbers expected, got the end of the file"
                  .formatted(file.getFileName(), filled / dimension + 1, dimension));
        }
        if (filled == rows.length) {
          rows = Arrays.copyOf(rows, Math.max(1024 * dimension, Math.multiplyExact(2, filled)));
        }
        little(row).asFloatBuffer().get(rows, filled, dimension);
        filled += dimension;
      }
      if (filled == 0) {
        throw refused(file, "at least one vector", 0);
      }
      return new VectorFile(Arrays.copyOf(rows, filled), dimension);
    } catch (SourceException e) {
      throw new CommandException(file.getFileName() + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new CommandException(file.getFileName() + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static CommandException refused(Path file, String expected, int got) {
    return new CommandException(file.getFileName() + ": " + expected + " expected, got " + got);
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}

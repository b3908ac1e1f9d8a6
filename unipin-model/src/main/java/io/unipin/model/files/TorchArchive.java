package io.unipin.model.files;

import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes TorchScript archives: packs a program, a configuration and weights into the file that
 * libtorch loads. The caller, {@code TorchModule}, chooses the file and deletes it.
 *
 * <p>The format is a zip of stored entries, with tensor data aligned to 64 bytes. Its entries are
 * {@code data.pkl} (see {@link ModulePickle}), {@code data/i} (tensor i, little-endian),
 * {@code code/__torch__.py} (the program), {@code constants.pkl} (an empty tuple), {@code version}
 * and {@code byteorder}. Equal input gives equal bytes.
 *
 * @see <a
 *     href="https://github.com/pytorch/pytorch/blob/v2.7.1/torch/csrc/jit/docs/serialization.md"
 *     >TorchScript serialization</a>
 */
public final class TorchArchive {
  private static final String ROOT = "unipin/";
  private static final int ALIGNMENT = 64;
  private static final int LOCAL_HEADER_BYTES = 30;
  private static final int EXTRA_HEADER_BYTES = 4;
  // For earlier dates the JDK may write a second time stamp, which would break the alignment.
  private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 2, 1, 0, 0);

  private TorchArchive() {}

  public static void write(Path file, Program.Use use, ModelConfig config, Weights weights) {
    write(file, out -> write(out, use, config, weights));
  }

  /** Writes the program that moves the elements of a pool. It has no configuration or weights. */
  public static void writePool(Path file) {
    write(file, out -> write(out, ModulePickle.empty("Pool"), Program.poolSource(), List.of()));
  }

  /**
   * Writes any program that has numbers and tensors as attributes.
   *
   * @param name name of the program's class
   * @param text the program's text, in which names such as {@code $float32} stand for numbers
   */
  public static void write(
      Path file,
      String name,
      String text,
      Map<String, Integer> numbers,
      Map<String, FloatTensor> tensors) {
    String source = ProgramText.of(List.of(name), any -> text).source();
    byte[] module = ModulePickle.of(name, numbers, tensors);
    write(file, out -> write(out, module, source, tensors.values()));
  }

  private interface Writer {
    void write(OutputStream out) throws IOException;
  }

  private static void write(Path file, Writer writer) {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      writer.write(out);
    } catch (IOException e) {
      throw new ModelException("cannot write the model archive: " + e.getMessage(), e);
    }
  }

  public static void write(OutputStream out, Program.Use use, ModelConfig config, Weights weights)
      throws IOException {
    byte[] module = ModulePickle.of(config, weights.tensors());
    write(out, module, Program.source(use), weights.tensors().values());
  }

  private static void write(
      OutputStream out, byte[] module, String source, Collection<FloatTensor> tensors)
      throws IOException {
    Counter counter = new Counter(out);
    ZipOutputStream zip = new ZipOutputStream(counter);
    zip.setMethod(ZipOutputStream.STORED);
    entry(zip, counter, "data.pkl", ByteBuffer.wrap(module));
    entry(zip, counter, "code/__torch__.py", utf8(source));
    int index = 0;
    for (FloatTensor tensor : tensors) {
      entry(zip, counter, "data/" + index++, tensor.bytes().duplicate());
    }
    entry(zip, counter, "constants.pkl", ByteBuffer.wrap(new byte[] {(byte) 0x80, 2, ')', '.'}));
    entry(zip, counter, "version", utf8("3\n"));
    entry(zip, counter, "byteorder", utf8("little"));
    zip.finish();
    counter.flush();
  }

  private static void entry(ZipOutputStream zip, Counter counter, String name, ByteBuffer content)
      throws IOException {
    ZipEntry entry = new ZipEntry(ROOT + name);
    CRC32 crc = new CRC32();
    crc.update(content.duplicate());
    entry.setCrc(crc.getValue());
    entry.setSize(content.remaining());
    entry.setCompressedSize(content.remaining());
    entry.setTimeLocal(EPOCH);
    entry.setExtra(
        padding(
            counter.count + LOCAL_HEADER_BYTES + entry.getName().length() + EXTRA_HEADER_BYTES));
    zip.putNextEntry(entry);
    byte[] chunk = new byte[1 << 16];
    while (content.hasRemaining()) {
      int length = Math.min(chunk.length, content.remaining());
      content.get(chunk, 0, length);
      zip.write(chunk, 0, length);
    }
    zip.closeEntry();
    zip.flush();
  }

  /**
   * Returns an extra field for a zip entry. The field moves the entry's content to the next
   * multiple of the alignment. Readers ignore a field with this id.
   */
  private static byte[] padding(long offset) {
    int length = (int) ((ALIGNMENT - offset % ALIGNMENT) % ALIGNMENT);
    byte[] extra = new byte[EXTRA_HEADER_BYTES + length];
    extra[0] = 'F';
    extra[1] = 'B';
    extra[2] = (byte) length;
    return extra;
  }

  private static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns an archive as an array of bytes, for tests and small models. */
  public static byte[] bytes(Program.Use use, ModelConfig config, Weights weights) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      write(out, use, config, weights);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return out.toByteArray();
  }

  private static final class Counter extends FilterOutputStream {
    long count;

    Counter(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      count++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      count += length;
    }
  }
}

package io.unipin.ann;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/*
 * The layout of a file, little endian:
 *
 *   8  magic "UNIPANN\n"
 *   4  format version
 *   4  dimension
 *   4  number of vectors
 *   4  number of bytes of the description
 *   8  number of bytes of the payload
 *      description, UTF-8
 *      ids, 8 bytes each, by ordinal
 *      payload, as FAISS writes it
 *  32  SHA-256 of everything before
 *
 * The first 32 bytes determine the length of the file. A file of another length is refused before
 * memory is allocated for any of its parts.
 */
/**
 * A verified index file.
 *
 * @param payload the bytes that FAISS wrote; the stream can be read once
 */
record IndexFile(String description, int dimension, IdTable ids, InputStream payload) {
  private static final byte[] MAGIC = "UNIPANN\n".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 32;
  private static final int DIGEST_BYTES = 32;
  private static final int DESCRIPTION_BYTES = 1024;
  private static final int CHUNK_BYTES = 1 << 24;

  /** Refuses a description that is empty or too long for a file. */
  static void checkDescription(String description) {
    int bytes = description.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > DESCRIPTION_BYTES) {
      throw new AnnException(
          "a factory string of 1 to " + DESCRIPTION_BYTES + " bytes expected, got " + bytes);
    }
  }

  /**
   * Reads and verifies a file.
   *
   * @throws AnnException if the file cannot be read or is not exactly what {@link #write} wrote
   */
  static IndexFile read(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MessageDigest digest = sha256();
      DigestInputStream in = new DigestInputStream(Channels.newInputStream(channel), digest);
      ByteBuffer header = littleEndian(in.readNBytes(HEADER_BYTES));
      checkHeader(file, header, channel.size());
      int dimension = header.getInt(12);
      int count = header.getInt(16);
      byte[] description = readExactly(file, in, header.getInt(20));
      long[] ids = readIds(file, in, count);
      List<byte[]> payload = readPayload(file, in, header.getLong(24));
      byte[] computed = digest.digest();
      in.on(false);
      if (!MessageDigest.isEqual(computed, in.readNBytes(DIGEST_BYTES)) || in.read() >= 0) {
        throw damaged(file, "its SHA-256 sum does not match");
      }
      FaissFormatReader reader = new FaissFormatReader(stream(payload), header.getLong(24));
      FaissFormatCheck.run(reader, dimension, count);
      return new IndexFile(
          new String(description, StandardCharsets.UTF_8),
          dimension,
          IdTable.of(ids),
          stream(payload));
    } catch (IOException e) {
      throw new AnnException(
          "index file " + file.getFileName() + " cannot be read: " + e.getClass().getSimpleName(),
          e);
    } catch (UnknownKindException e) {
      throw new AnnException("index file " + file.getFileName() + ": " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new AnnException(
          "index file " + file.getFileName() + " is damaged: " + e.getMessage(), e);
    }
  }

  /**
   * Writes a temporary file beside the target, syncs it, and renames it.
   *
   * @param payload writes the payload. The callback is called twice and must write the same bytes
   *     both times: the first call counts the bytes, the second call stores them.
   */
  static void write(
      Path file, String description, int dimension, IdTable ids, Consumer<OutputStream> payload) {
    Path target = file.toAbsolutePath();
    Path folder = target.resolveSibling(".");
    Path temporary =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      try {
        writeSynced(temporary, description, dimension, ids, payload);
        Files.move(
            temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new AnnException(
          "index file "
              + file.getFileName()
              + " cannot be written: "
              + e.getClass().getSimpleName(),
          e);
    }
  }

  private static void writeSynced(
      Path temporary,
      String description,
      int dimension,
      IdTable ids,
      Consumer<OutputStream> payload)
      throws IOException {
    CountingStream counter = new CountingStream();
    payload.accept(counter);
    byte[] name = description.getBytes(StandardCharsets.UTF_8);
    byte[] header = new byte[HEADER_BYTES];
    littleEndian(header)
        .put(MAGIC)
        .putInt(VERSION)
        .putInt(dimension)
        .putInt(ids.size())
        .putInt(name.length)
        .putLong(counter.bytes());
    try (FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      MessageDigest digest = sha256();
      OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
      DigestOutputStream digested = new DigestOutputStream(out, digest);
      digested.write(header);
      digested.write(name);
      writeIds(digested, ids);
      payload.accept(digested);
      out.write(digest.digest());
      out.flush();
      channel.force(true);
    }
  }

  private static void writeIds(OutputStream out, IdTable ids) throws IOException {
    byte[] bytes = new byte[Long.BYTES];
    ByteBuffer buffer = littleEndian(bytes);
    for (int ordinal = 0; ordinal < ids.size(); ordinal++) {
      buffer.putLong(0, ids.id(ordinal));
      out.write(bytes);
    }
  }

  private static void checkHeader(Path file, ByteBuffer header, long length) {
    byte[] magic = new byte[MAGIC.length];
    if (header.capacity() == HEADER_BYTES) {
      header.get(magic);
    }
    if (!MessageDigest.isEqual(magic, MAGIC)) {
      throw new AnnException(
          "index file " + file.getFileName() + ": a UniPin index expected, got another file");
    }
    if (header.getInt(8) != VERSION) {
      throw new AnnException(
          "index file "
              + file.getFileName()
              + ": format version "
              + VERSION
              + " expected, got "
              + header.getInt(8));
    }
    long count = header.getInt(16);
    long name = header.getInt(20);
    long payload = header.getLong(24);
    if (header.getInt(12) < 1
        || count < 0
        || name < 1
        || name > DESCRIPTION_BYTES
        || payload < 0
        || payload > length) {
      throw damaged(file, "its header states impossible sizes");
    }
    long expected = HEADER_BYTES + name + count * Long.BYTES + payload + DIGEST_BYTES;
    if (expected != length) {
      throw damaged(file, expected + " bytes expected, got " + length);
    }
  }

  private static long[] readIds(Path file, InputStream in, int count) throws IOException {
    long[] ids = new long[count];
    int step = CHUNK_BYTES / Long.BYTES;
    for (int from = 0; from < count; from += step) {
      int length = Math.min(step, count - from);
      littleEndian(readExactly(file, in, length * Long.BYTES))
          .asLongBuffer()
          .get(ids, from, length);
    }
    return ids;
  }

  private static List<byte[]> readPayload(Path file, InputStream in, long bytes)
      throws IOException {
    List<byte[]> chunks = new ArrayList<>();
    for (long left = bytes; left > 0; left -= CHUNK_BYTES) {
      chunks.add(readExactly(file, in, (int) Math.min(left, CHUNK_BYTES)));
    }
    return chunks;
  }

  private static InputStream stream(List<byte[]> chunks) {
    return new SequenceInputStream(
        Collections.enumeration(chunks.stream().map(ByteArrayInputStream::new).toList()));
  }

  private static byte[] readExactly(Path file, InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length != length) {
      throw damaged(file, "it ends too early");
    }
    return bytes;
  }

  private static AnnException damaged(Path file, String reason) {
    return new AnnException("index file " + file.getFileName() + " is damaged: " + reason);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

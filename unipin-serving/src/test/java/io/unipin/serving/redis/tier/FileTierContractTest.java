package io.unipin.serving.redis.tier;

import io.unipin.kvcache.KvTier;
import io.unipin.kvcache.tier.FileTier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that the tier in files fulfils the contract. {@code FileTierTest} tests all that only this
 * tier does.
 */
final class FileTierContractTest extends KvTierContract {
  private static final int PAGE_BYTES = 8192;

  @TempDir Path folder;

  @Override
  KvTier open(byte... secret) {
    try {
      return FileTier.open(folder.resolve("tier"), 1 << 24, secret);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  void damage() {
    try {
      Path chunks = folder.resolve("tier/chunks");
      byte[] bytes = Files.readAllBytes(chunks);
      for (int at = PAGE_BYTES / 2; at < bytes.length; at += PAGE_BYTES) {
        bytes[at] = (byte) ~bytes[at];
      }
      Files.write(chunks, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package io.unipin.serving.redis;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;

/**
 * A Lua script that Redis runs atomically. Redis remembers scripts by their hash, but loses them at
 * a restart or a failover. {@link #run} then sends the text again. Immutable.
 */
public final class RedisScript {
  private final byte[] text;
  private final String digest;

  private RedisScript(byte[] text) {
    this.text = text;
    this.digest = sha1(text);
  }

  /** Reads a script from a resource in the package of a class. */
  public static RedisScript of(Class<?> owner, String resource) {
    try (InputStream in = owner.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("a resource " + resource + " expected, found none");
      }
      return new RedisScript(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Creates a script from its text. */
  public static RedisScript of(String text) {
    return new RedisScript(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Runs the script by its hash, or by its text if Redis does not know it.
   *
   * @param await waits for an answer
   */
  List<Object> run(
      RedisClusterAsyncCommands<byte[], byte[]> commands,
      Function<RedisFuture<List<Object>>, List<Object>> await,
      byte[][] keys,
      byte[]... values) {
    try {
      return await.apply(commands.evalsha(digest, ScriptOutputType.MULTI, keys, values));
    } catch (RedisNoScriptException e) {
      return await.apply(commands.eval(text, ScriptOutputType.MULTI, keys, values));
    }
  }

  private static String sha1(byte[] text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

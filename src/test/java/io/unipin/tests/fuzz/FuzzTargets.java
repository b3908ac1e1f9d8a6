package io.unipin.tests.fuzz;

import io.unipin.ann.IndexFileTarget;
import io.unipin.data.FeedLogTarget;
import io.unipin.data.MappingTarget;
import io.unipin.model.SafetensorsTarget;
import io.unipin.serving.SettingsTarget;
import io.unipin.serving.bundle.ManifestTarget;
import io.unipin.serving.history.HistoryRecordTarget;
import io.unipin.serving.history.ServedLogTarget;
import io.unipin.serving.pipeline.paging.PageCursorTarget;
import io.unipin.serving.rpc.json.JsonBodyTarget;
import io.unipin.tests.HttpTarget;
import io.unipin.tests.RpcTarget;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

/** Opens targets by the names that {@code ./unipin bench fuzz} uses. */
final class FuzzTargets {
  private static final Map<String, Callable<FuzzTarget>> TARGETS =
      Map.ofEntries(
          Map.entry("rpc", RpcTarget::start),
          Map.entry("http", HttpTarget::start),
          Map.entry("json", JsonBodyTarget::new),
          Map.entry("page-cursor", PageCursorTarget::new),
          Map.entry("history-record", HistoryRecordTarget::new),
          Map.entry("served-log", ServedLogTarget::create),
          Map.entry("safetensors", SafetensorsTarget::create),
          Map.entry("index-file", IndexFileTarget::create),
          Map.entry("manifest", ManifestTarget::create),
          Map.entry("settings", SettingsTarget::create),
          Map.entry("mapping", MappingTarget::create),
          Map.entry("feed-log", FeedLogTarget::create));

  private FuzzTargets() {}

  static Set<String> names() {
    return TARGETS.keySet();
  }

  static FuzzTarget open(String name) throws Exception {
    Callable<FuzzTarget> target = TARGETS.get(name);
    if (target == null) {
      throw new IllegalArgumentException("one of " + names() + " expected, got " + name);
    }
    return target.call();
  }
}

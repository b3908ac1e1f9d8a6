package io.unipin.serving.settings;

import io.unipin.serving.admission.AdmissionConfig;
import io.unipin.serving.audit.AuditConfig;
import io.unipin.serving.bundle.BundleConfig;
import io.unipin.serving.console.ConsoleConfig;
import io.unipin.serving.counts.CountsConfig;
import io.unipin.serving.experiment.ExperimentsConfig;
import io.unipin.serving.experiment.ShadowConfig;
import io.unipin.serving.fleet.FleetConfig;
import io.unipin.serving.history.HistoryConfig;
import io.unipin.serving.impressions.ImpressionsConfig;
import io.unipin.serving.items.ItemsConfig;
import io.unipin.serving.kafka.KafkaConfig;
import io.unipin.serving.log.ServedLogConfig;
import io.unipin.serving.pipeline.CacheConfig;
import io.unipin.serving.pipeline.RankingConfig;
import io.unipin.serving.pipeline.RetrievalConfig;
import io.unipin.serving.pipeline.cost.DegradationConfig;
import io.unipin.serving.pipeline.paging.PageConfig;
import io.unipin.serving.redis.RedisConfig;
import io.unipin.serving.rpc.RpcConfig;
import io.unipin.serving.rpc.json.JsonConfig;
import io.unipin.serving.security.SecurityConfig;
import io.unipin.serving.slate.SlateConfig;
import io.unipin.serving.tracing.TracingConfig;
import io.unipin.settings.SettingException;
import java.nio.file.Path;

/**
 * All settings of a server. The defaults are in {@code server-defaults.yaml}. {@link ConfigReader}
 * reads the settings.
 */
public record ServerConfig(
    RpcConfig server,
    JsonConfig json,
    SecurityConfig security,
    AuditConfig audit,
    AdmissionConfig admission,
    BundleConfig bundle,
    EngineConfig engine,
    CacheConfig cache,
    HistoryConfig history,
    RedisConfig redis,
    ItemsConfig items,
    ImpressionsConfig impressions,
    CountsConfig counts,
    RetrievalConfig retrieval,
    RankingConfig ranking,
    PageConfig page,
    SlateConfig slate,
    DegradationConfig degradation,
    ServedLogConfig servedLog,
    ServedLogConfig exposureLog,
    ExperimentConfig experiment,
    ExperimentsConfig experiments,
    ShadowConfig shadow,
    TracingConfig tracing,
    ConsoleConfig console,
    KafkaConfig kafka,
    FleetConfig fleet) {
  public ServerConfig {
    if (history.store() == HistoryConfig.Store.REDIS && !redis.place().isUsed()) {
      throw new SettingException(
          "redis.uri", "an address expected beside history.store: REDIS, got none");
    }
    if (!kafka.topics().erasures().isEmpty() && security.secretFile().isEmpty()) {
      throw new SettingException(
          "security.secretFile", "a file expected beside kafka.topics.erasures, got none");
    }
    engine.requireCache(cache);
  }

  /** Returns the folder of the audit log. */
  public Path auditFolder() {
    return audit.folder(history.folder());
  }

  /** Returns the folder of the items that callers put. */
  public Path itemsFolder() {
    return items.folder(history.folder());
  }

  /** Returns the folder of the counts of impressions. */
  public Path impressionsFolder() {
    return impressions.folder(history.folder());
  }

  /** Returns the folder of the copy of the tables of counts that were loaded last. */
  public Path countsFolder() {
    return counts.kept(history.folder());
  }

  /** Returns the file that says which erasures of the fleet this server has applied. */
  public Path erasuresFile() {
    Path folder = history.folder().toAbsolutePath().normalize();
    return folder.resolveSibling(folder.getFileName() + "-erasures.json");
  }

  /** Whether a page of the server or of an arm may be explored, so that impressions are counted. */
  public boolean explores() {
    return ArmSettings.anyExplores(this);
  }
}

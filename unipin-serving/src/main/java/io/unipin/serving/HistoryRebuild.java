package io.unipin.serving;

import io.unipin.serving.kafka.Replay;
import io.unipin.serving.pipeline.RankingModel;
import io.unipin.serving.request.ServerIdentity;
import io.unipin.serving.rpc.ActionRecords;
import io.unipin.serving.rpc.RpcServices;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.serving.user.ActionJournal;
import io.unipin.serving.user.UserData;
import io.unipin.settings.ConfigException;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Builds the users' histories again from the actions topic.
 *
 * <p>Each record is checked and recorded as in a running server, with the configured bundles. No
 * server may run on the same folders meanwhile.
 */
public final class HistoryRebuild {
  private HistoryRebuild() {}

  /**
   * Records the actions of the whole topic up to its current end. An existing history keeps its
   * actions and gets the actions that it lacks. The fleet's erasures are read first.
   *
   * @param progress receives the number of records read so far, from time to time
   * @throws ConfigException when the settings name no actions topic
   */
  public static Replay run(ServerConfig config, LongConsumer progress) {
    if (config.kafka().topics().actions().isEmpty()) {
      throw new ConfigException("kafka.topics.actions: a topic expected, got none");
    }
    try (OpenParts parts = new OpenParts()) {
      ServerStores stores = ServerStores.open(config, parts);
      ServerModels models = new ServerModels(config, stores, parts, RankingModel.CACHED);
      BundleOperations operations = models.load(() -> false);
      UserData users =
          new UserData(
              new UserData.Parts(
                  stores.histories(),
                  stores.cache(),
                  stores.servedLog(),
                  stores.exposures(),
                  stores.impressions(),
                  ActionJournal.NONE),
              user -> {},
              List.of());
      RpcServices services =
          new RpcServices(
              null,
              models.served(operations, models.items()),
              models.admission(),
              users,
              models.shadow(config.page().maxSize()),
              stores.telemetry(),
              new ServerIdentity("", config.page().maxSize(), System::currentTimeMillis));
      stores.fleet().erasures().ifPresent(all -> all.apply(stores.histories()::eraseUnlessErased));
      return stores.topics().replay(new ActionRecords(services, stores.histories()), progress);
    }
  }
}

package io.unipin.serving.rpc;

import io.unipin.kvcache.UserKvCache;
import io.unipin.serving.admission.Admission;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.ItemChanges;
import io.unipin.serving.experiment.ExposureLog;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.ServedLog;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.pipeline.KvRefresher;
import io.unipin.serving.tracing.Tracing;
import java.util.function.LongSupplier;

/**
 * What the services work on; none of it is closed by them, but the admission is drained.
 *
 * @param control changes what serves
 * @param configVersion tells the server's settings from others
 * @param clockMs tells the time of day, in milliseconds since the epoch
 */
public record RpcServices(
    BundleHolder bundles,
    BundleControl control,
    ItemChanges items,
    Admission admission,
    Routes routes,
    KvRefresher refresher,
    HistoryStore histories,
    UserKvCache cache,
    ServedLog servedLog,
    ExposureLog exposures,
    Shadow shadow,
    ServingMetrics metrics,
    Tracing tracing,
    int maxPageSize,
    String configVersion,
    LongSupplier clockMs) {}

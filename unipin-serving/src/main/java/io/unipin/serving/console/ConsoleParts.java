package io.unipin.serving.console;

import io.unipin.kvcache.UserKvCache;
import io.unipin.serving.admission.Admission;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.experiment.Experiments;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.ServedLog;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.pipeline.Recommender;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What the console looks at and works on; it closes none of it.
 *
 * @param loader loads the bundle of a name and puts it in service
 * @param configVersion tells the server's settings from others
 * @param clockMs tells the time of day, in milliseconds since the epoch
 */
public record ConsoleParts(
    BundleHolder bundles,
    BundleReader reader,
    Consumer<String> loader,
    Admission admission,
    Recommender recommender,
    HistoryStore histories,
    UserKvCache cache,
    ServedLog servedLog,
    ServingMetrics metrics,
    Experiments experiments,
    int maxPageSize,
    String configVersion,
    LongSupplier clockMs) {}

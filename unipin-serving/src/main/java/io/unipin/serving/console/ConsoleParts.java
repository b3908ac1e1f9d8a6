package io.unipin.serving.console;

import io.unipin.kvcache.UserKvCache;
import io.unipin.serving.admission.Admission;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.experiment.Experiments;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.pipeline.Recommender;
import io.unipin.serving.rpc.Route;
import io.unipin.serving.security.TokenFile;
import io.unipin.serving.user.UserData;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the console looks at and works on; it closes none of it.
 *
 * @param tokens of callers; without it nobody is asked for one
 * @param routes finds what serves a user
 * @param users what is held of them
 * @param loader loads the bundle of a name and puts it in service
 * @param configVersion tells the server's settings from others
 * @param clockMs tells the time of day, in milliseconds since the epoch
 */
public record ConsoleParts(
    @Nullable TokenFile tokens,
    BundleHolder bundles,
    Function<String, Route> routes,
    UserData users,
    BundleReader reader,
    Consumer<String> loader,
    Admission admission,
    Recommender recommender,
    HistoryStore histories,
    UserKvCache cache,
    ServingMetrics metrics,
    Experiments experiments,
    int maxPageSize,
    String configVersion,
    LongSupplier clockMs) {}

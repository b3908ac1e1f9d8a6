package io.unipin.serving.console;

import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.experiment.Experiments;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.pipeline.Recommender;
import io.unipin.serving.rpc.RpcServices;

/**
 * What the console looks at and works on; it closes none of it.
 *
 * @param services what callers reach too
 * @param reader finds the bundles that could serve
 * @param recommender with the server's own settings
 */
public record ConsoleParts(
    RpcServices services,
    BundleReader reader,
    HistoryStore histories,
    Recommender recommender,
    Experiments experiments) {}

package io.unipin.serving.console;

import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.experiment.Experiments;
import io.unipin.serving.fleet.Fleet;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.pipeline.Recommender;
import io.unipin.serving.rpc.RpcServices;

/**
 * The parts that the console uses. The console closes none of them.
 *
 * @param services parts that the gRPC services use as well
 * @param reader reads the bundles that could serve
 * @param recommender pipeline with the server's own settings
 * @param fleet the fleet of which the server is a replica
 */
public record ConsoleParts(
    RpcServices services,
    BundleReader reader,
    HistoryStore histories,
    Recommender recommender,
    Experiments experiments,
    Fleet fleet) {}

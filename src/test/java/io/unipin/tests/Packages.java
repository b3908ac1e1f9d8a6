package io.unipin.tests;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Lists on which packages each package may depend; {@code docs/architecture.md} shows the modules.
 * Names are relative to {@code io.unipin}.
 */
final class Packages {
  private static final String ROOT = "io.unipin.";
  private static final int MOST_FILES = 30;

  /**
   * Packages that may have more files than others. Each of these packages has one subject and stays
   * one package, so that its classes can be package-private.
   */
  private static final Set<String> FLAT = Set.of("ann", "kvcache");

  /** A table with one line for each package that depends on other packages of this project. */
  private static final String TABLE =
      """
      client: proto.v1
      counts: evaluate.fit feedlog feedlog.arrays feedlog.database feedlog.split model.features
      kvcache.tier: kvcache
      feedlog: feedlog.arrays feedlog.database feedlog.source settings
      feedlog.database: feedlog.source settings
      feedlog.imports: feedlog feedlog.arrays feedlog.database feedlog.source settings
      feedlog.infer: feedlog.database feedlog.infer.profile feedlog.infer.words feedlog.source settings
      feedlog.review: feedlog
      feedlog.simulator: feedlog
      feedlog.split: feedlog model.features
      model: kvcache model.batch model.engine model.features model.files
      model.archive: model model.features
      model.batch: kvcache model.features model.files
      model.device: model model.engine
      model.engine: kvcache model.features model.files
      model.features: kvcache settings
      model.files: kvcache model.features
      evaluate: counts evaluate.baseline evaluate.heldout evaluate.page feedlog feedlog.split kvcache model model.features
      evaluate.baseline: evaluate.fit feedlog feedlog.split
      evaluate.heldout: feedlog feedlog.split
      evaluate.page: evaluate.fit model.features
      evaluate.prerank: counts evaluate evaluate.heldout evaluate.page feedlog feedlog.split kvcache model model.features prerank
      evaluate.slices: evaluate feedlog feedlog.split
      evaluate.study: counts evaluate evaluate.baseline feedlog feedlog.split kvcache model model.features
      prerank: counts feedlog feedlog.split model.features
      train: counts evaluate evaluate.page evaluate.prerank feedlog feedlog.database feedlog.split kvcache model model.features model.files prerank settings train.batch train.recipe
      train.batch: evaluate feedlog feedlog.split model model.features train.recipe
      train.recipe: feedlog feedlog.split model.features settings
      serving: kvcache kvcache.tier model serving.admission serving.audit serving.bundle serving.checks serving.console serving.counts serving.erasure serving.experiment serving.failure serving.fleet serving.history serving.impressions serving.items serving.items.live serving.kafka serving.log serving.metrics serving.pipeline serving.pipeline.paging serving.redis serving.redis.tier serving.request serving.rpc serving.rpc.json serving.security serving.settings serving.spans serving.stores serving.threads serving.tracing serving.user settings
      serving.admission: serving.estimate serving.failure serving.threads settings
      serving.audit: serving.security settings
      serving.bundle: ann counts feedlog feedlog.database kvcache model model.features prerank serving.failure serving.items.live settings
      serving.checks: model model.device serving.audit serving.bundle serving.console serving.counts serving.experiment serving.history serving.items serving.kafka serving.log serving.pipeline serving.rpc serving.rpc.json serving.settings settings
      serving.console: ann feedlog kvcache model model.features serving.admission serving.audit serving.bundle serving.experiment serving.failure serving.fleet serving.history serving.http serving.inspect serving.items serving.keys serving.metrics serving.pipeline serving.request serving.rpc serving.rpc.operator serving.security serving.threads serving.user settings
      serving.counts: counts feedlog.database model model.features serving.bundle serving.failure settings
      serving.disk: serving.failure
      serving.erasure: serving.bytes serving.failure serving.security
      serving.experiment: serving.log settings
      serving.failure: ann kvcache model.features
      serving.fleet: serving.erasure serving.failure serving.redis serving.security serving.threads serving.user settings
      serving.history: serving.bytes serving.disk serving.erasure serving.security settings
      serving.history.redis: serving.bytes serving.erasure serving.failure serving.history serving.redis serving.spans serving.threads settings
      serving.http: serving.threads
      serving.impressions: serving.disk serving.failure serving.threads settings
      serving.inspect: feedlog model model.features serving.bundle serving.history serving.items.live serving.request serving.slate
      serving.items: ann feedlog feedlog.arrays model model.features serving.bundle serving.bytes serving.disk serving.failure serving.items.live serving.keys serving.threads settings
      serving.items.live: feedlog feedlog.arrays model.features serving.bytes
      serving.kafka: ann serving.bytes serving.erasure serving.failure serving.impressions serving.items serving.log serving.log.segment serving.metrics serving.security serving.spans serving.threads serving.user settings
      serving.keys: feedlog serving.items.live settings
      serving.log: feedlog serving.failure serving.history serving.log.segment serving.request serving.threads settings
      serving.log.segment: serving.failure
      serving.metrics: ann kvcache serving.failure serving.http
      serving.pipeline: ann counts feedlog kvcache model model.features prerank serving.bundle serving.failure serving.history serving.impressions serving.inspect serving.items.live serving.pipeline.cost serving.pipeline.paging serving.redis serving.request serving.security serving.slate settings
      serving.pipeline.cost: kvcache model.features serving.estimate serving.failure serving.request serving.spans settings
      serving.pipeline.paging: serving.bytes serving.failure serving.security settings
      serving.redis: serving.failure settings
      serving.redis.tier: kvcache kvcache.tier serving.bytes serving.failure serving.redis serving.security serving.threads settings
      serving.request: kvcache serving.history
      serving.rpc: ann feedlog kvcache model model.features proto.v1 serving.admission serving.audit serving.bundle serving.counts serving.experiment serving.failure serving.history serving.items serving.keys serving.log serving.metrics serving.pipeline serving.request serving.rpc.actions serving.rpc.audit serving.rpc.guard serving.rpc.intake serving.rpc.items serving.rpc.json serving.security serving.spans serving.tracing serving.user settings
      serving.rpc.actions: proto.v1 serving.history serving.user
      serving.rpc.audit: proto.v1 serving.audit serving.security
      serving.rpc.guard: proto.v1 serving.metrics serving.security serving.threads settings
      serving.rpc.intake: serving.failure
      serving.rpc.items: proto.v1 serving.failure serving.items serving.keys serving.metrics
      serving.rpc.json: serving.failure serving.metrics serving.rpc.intake serving.threads settings
      serving.rpc.operator: proto.v1 serving.failure serving.metrics serving.request serving.rpc serving.rpc.items serving.user
      serving.security: serving.threads settings
      serving.settings: kvcache model model.engine serving.admission serving.audit serving.bundle serving.console serving.counts serving.experiment serving.fleet serving.history serving.impressions serving.items serving.kafka serving.log serving.pipeline serving.pipeline.cost serving.pipeline.paging serving.redis serving.rpc serving.rpc.json serving.security serving.slate serving.tracing settings
      serving.slate: feedlog serving.impressions serving.items.live serving.request settings
      serving.spans: serving.failure
      serving.stores: feedlog.database serving.history serving.history.redis serving.items serving.log serving.log.segment serving.settings settings
      serving.threads: model.engine
      serving.tracing: serving.spans settings
      serving.user: kvcache serving.experiment serving.failure serving.history serving.impressions serving.log
      cli: cli.bundle cli.check cli.config cli.console cli.data cli.demo cli.device cli.doctor cli.experiment cli.history cli.items cli.loadtest cli.server cli.shell cli.training cli.trial
      cli.bundle: ann cli.check cli.console cli.server client feedlog feedlog.source model model.features proto.v1 serving.bundle
      cli.check: feedlog serving.bundle serving.checks settings
      cli.config: cli.check cli.console feedlog.source serving.settings settings train.recipe
      cli.console: cli.check client counts feedlog feedlog.database feedlog.source serving.bundle settings
      cli.data: cli.bundle cli.check cli.console cli.kafka feedlog feedlog.imports feedlog.simulator feedlog.source model model.features serving.bundle serving.items serving.log settings
      cli.demo: cli.check cli.console cli.data cli.server client feedlog feedlog.simulator proto.v1 serving.checks serving.settings train.recipe
      cli.device: cli.console model model.device
      cli.doctor: cli.check cli.console serving.checks serving.console serving.rpc serving.settings
      cli.experiment: cli.check cli.console cli.kafka cli.policy cli.report cli.statistics serving.experiment serving.log serving.settings settings
      cli.history: cli.check cli.console feedlog.database serving serving.failure serving.history serving.kafka serving.redis serving.settings serving.stores
      cli.items: cli.check cli.console cli.server client feedlog feedlog.database feedlog.source proto.v1 serving.items serving.rpc.items settings
      cli.kafka: cli.check feedlog.database serving.fleet serving.kafka serving.security serving.settings
      cli.loadtest: cli.check cli.console cli.server client feedlog proto.v1
      cli.policy: cli.check cli.console cli.statistics serving.log serving.request serving.slate
      cli.report: cli.statistics feedlog settings
      cli.server: cli.check cli.console client proto.v1 serving serving.bundle serving.console serving.failure serving.rpc serving.security serving.settings
      cli.shell: cli.check cli.console cli.items cli.server client proto.v1 settings
      cli.statistics: settings
      cli.training: ann cli.bundle cli.check cli.console cli.data cli.policy counts evaluate evaluate.heldout evaluate.page evaluate.prerank evaluate.slices evaluate.study feedlog feedlog.database feedlog.split kvcache model model.device model.engine model.features model.files prerank serving.bundle serving.log train train.recipe
      cli.trial: cli.check cli.console cli.data cli.demo client feedlog feedlog.database feedlog.imports feedlog.infer feedlog.review feedlog.simulator feedlog.source feedlog.split proto.v1
      benchmarks: benchmarks.ann benchmarks.cluster benchmarks.device benchmarks.erasure benchmarks.experiment benchmarks.fuzz benchmarks.gpu benchmarks.headline benchmarks.items benchmarks.kvcache benchmarks.load benchmarks.model benchmarks.pauses benchmarks.quality benchmarks.report benchmarks.stages benchmarks.trial cli
      benchmarks.ann: ann benchmarks.measure benchmarks.quality cli.bundle cli.check cli.console evaluate feedlog model model.features
      benchmarks.cluster: benchmarks.engines benchmarks.faults benchmarks.measure benchmarks.server cli cli.console cli.loadtest client feedlog proto.v1
      benchmarks.device: benchmarks.load benchmarks.measure benchmarks.server cli.console client proto.v1 serving serving.settings
      benchmarks.engines: cli.console
      benchmarks.erasure: benchmarks.measure benchmarks.server cli.check cli.console cli.loadtest client proto.v1 serving.history
      benchmarks.experiment: cli.check cli.console cli.statistics serving.experiment
      benchmarks.fuzz: cli.check cli.console
      benchmarks.gpu: cli.check model model.archive model.batch model.features model.files
      benchmarks.headline: benchmarks.measure benchmarks.rival cli.console client feedlog kvcache model model.engine model.features proto.v1 serving serving.bundle serving.pipeline serving.settings
      benchmarks.items: benchmarks.load benchmarks.measure benchmarks.quality benchmarks.server cli.check cli.console cli.loadtest cli.statistics client feedlog feedlog.simulator proto.v1
      benchmarks.kvcache: benchmarks.engines benchmarks.measure benchmarks.model benchmarks.quality cli.console evaluate feedlog feedlog.split kvcache kvcache.tier model model.engine model.features serving.redis serving.redis.tier serving.security settings train.recipe
      benchmarks.load: benchmarks.server cli.check cli.console cli.loadtest client proto.v1
      benchmarks.measure: cli.check cli.console feedlog.database model.features
      benchmarks.model: ann benchmarks.headline benchmarks.measure benchmarks.quality benchmarks.scheduling cli.check cli.console kvcache model model.engine model.features train.recipe
      benchmarks.pauses: benchmarks.load benchmarks.server cli.check cli.console cli.loadtest client feedlog.database proto.v1
      benchmarks.quality: benchmarks.rival cli.bundle cli.check cli.console counts evaluate evaluate.baseline evaluate.heldout evaluate.page feedlog feedlog.database feedlog.split model model.features model.files serving.bundle train train.recipe
      benchmarks.report: cli.console
      benchmarks.rival: evaluate evaluate.baseline evaluate.heldout evaluate.page feedlog feedlog.split kvcache model model.features model.files serving.bundle serving.failure serving.pipeline serving.pipeline.cost serving.request train.recipe
      benchmarks.scheduling: benchmarks.measure benchmarks.server cli.loadtest client proto.v1
      benchmarks.server: cli.console feedlog feedlog.database feedlog.simulator kvcache model model.features model.files serving.bundle
      benchmarks.stages: benchmarks.headline benchmarks.measure counts feedlog feedlog.split model model.features prerank proto.v1 serving.bundle
      benchmarks.trial: benchmarks.measure benchmarks.quality cli.console feedlog feedlog.database feedlog.simulator
      """;

  private static final Map<String, Set<String>> MAY_KNOW =
      TABLE
          .lines()
          .map(line -> line.split(": "))
          .collect(Collectors.toMap(line -> line[0], line -> Set.of(line[1].split(" "))));

  private Packages() {}

  /**
   * Returns each dependency between two packages that no line of the table allows. Also returns
   * each line of the table for which there is no dependency.
   */
  static List<String> unexpected(JavaClasses code) {
    Map<String, Set<String>> actual = new TreeMap<>();
    for (JavaClass type : code) {
      if (isGenerated(type)) {
        continue;
      }
      Set<String> known = actual.computeIfAbsent(name(type), name -> new TreeSet<>());
      for (Dependency arrow : type.getDirectDependenciesFromSelf()) {
        JavaClass target = arrow.getTargetClass();
        if (target.getPackageName().startsWith(ROOT) && !name(target).equals(name(type))) {
          known.add(name(target));
        }
      }
    }
    List<String> wrong = new ArrayList<>();
    actual.forEach(
        (name, known) -> {
          Set<String> allowed = MAY_KNOW.getOrDefault(name, Set.of());
          known.stream()
              .filter(other -> !allowed.contains(other))
              .forEach(other -> wrong.add(name + " may not know " + other));
          allowed.stream()
              .filter(other -> !known.contains(other))
              .forEach(other -> wrong.add(name + " no longer needs to know " + other));
        });
    MAY_KNOW.keySet().stream()
        .filter(name -> !actual.containsKey(name))
        .forEach(name -> wrong.add(name + " is no package"));
    return wrong;
  }

  /** Returns each package with too many files, together with the number of its files. */
  static List<String> crowded(JavaClasses code) {
    Map<String, Set<String>> files =
        code.stream()
            .filter(type -> !isGenerated(type))
            .filter(type -> type.getSource().isPresent())
            .collect(
                Collectors.groupingBy(
                    Packages::name,
                    TreeMap::new,
                    Collectors.mapping(
                        type -> type.getSource().orElseThrow().getFileName().orElse(""),
                        Collectors.toSet())));
    return files.entrySet().stream()
        .filter(entry -> entry.getValue().size() > MOST_FILES && !FLAT.contains(entry.getKey()))
        .map(entry -> entry.getKey() + ": " + entry.getValue().size() + " files")
        .toList();
  }

  private static boolean isGenerated(JavaClass type) {
    return name(type).startsWith("proto.") || name(type).endsWith(".jmh_generated");
  }

  private static String name(JavaClass type) {
    return type.getPackageName().substring(ROOT.length());
  }
}

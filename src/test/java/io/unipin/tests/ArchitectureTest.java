package io.unipin.tests;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.LinkedHashMap;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Checks the dependencies between packages, and rules about certain calls. */
final class ArchitectureTest {
  private static final String PROTO = "io.unipin.proto..";

  private static final Set<String> WEAK_METERS =
      Set.of("Gauge", "TimeGauge", "FunctionCounter", "FunctionTimer", "MultiGauge");

  /** Methods of mappers that return a record. */
  private static final Set<String> READS =
      Set.of("readValue", "readValues", "treeToValue", "convertValue", "readerFor");

  private static final SliceAssignment EVERY_PACKAGE =
      new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
          return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
          return "packages";
        }
      };

  private static JavaClasses code;

  @BeforeAll
  static void read() {
    code =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.unipin");
    assertThat(code.contain("io.unipin.serving.UniPinServer")).isTrue();
    assertThat(code.contain("io.unipin.kvcache.UserKvCache")).isTrue();
  }

  /** Every package, including the root packages, is one slice of its own. */
  @Test
  void packages_areFreeOfCycles() {
    slices().assignedFrom(EVERY_PACKAGE).should().beFreeOfCycles().check(code);
  }

  @Test
  void packages_knowOnlyWhatTheyMay() {
    assertThat(Packages.unexpected(code)).isEmpty();
  }

  @Test
  void packages_haveAtMostThirtyFiles() {
    assertThat(Packages.crowded(code)).isEmpty();
  }

  @Test
  void lowerModules_needNoneOfOurs() {
    for (String lower : new String[] {"kvcache", "ann", "proto"}) {
      noClasses()
          .that()
          .resideInAPackage("io.unipin." + lower + "..")
          .should()
          .dependOnClassesThat(
              describe(
                  "are ours and not in " + lower,
                  (JavaClass other) ->
                      other.getPackageName().startsWith("io.unipin.")
                          && !other.getPackageName().startsWith("io.unipin." + lower)))
          .check(code);
    }
  }

  @Test
  void engine_isKnownByTheModelAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.unipin.model..", "io.unipin.train..", "io.unipin.benchmarks.rival..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.djl..")
        .check(code);
  }

  @Test
  void grpc_isKnownByRpcAndItsCallers() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.unipin.client..",
            "io.unipin.serving.rpc..",
            "io.unipin.cli..",
            "io.unipin.benchmarks..",
            PROTO)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.grpc..", PROTO)
        .check(code);
  }

  @Test
  void micrometer_isKnownByMetricsAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.unipin.serving.metrics..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.micrometer..")
        .check(code);
  }

  @Test
  void kafka_isKnownByOnePackageOfTheServer() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.unipin.serving.kafka..", "io.unipin.benchmarks.engines..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.kafka..")
        .check(code);
  }

  @Test
  void openTelemetry_isKnownByTracingAndTheClient() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.unipin.serving.tracing..", "io.unipin.client..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.opentelemetry..")
        .check(code);
  }

  @Test
  void lettuce_isKnownByRedisAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.unipin.serving.redis..", "io.unipin.serving.history.redis..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.lettuce..", "io.github.resilience4j..")
        .check(code);
  }

  @Test
  void nativeMethods_areInOneClassOfAModule() {
    Set<String> owners =
        code.stream()
            .flatMap(type -> type.getMethods().stream())
            .filter(method -> method.getModifiers().contains(JavaModifier.NATIVE))
            .map(JavaMethod::getOwner)
            .map(JavaClass::getName)
            .collect(Collectors.toSet());
    assertThat(owners)
        .containsExactlyInAnyOrder(
            "io.unipin.ann.FaissNative", "io.unipin.model.engine.EngineNative");
  }

  @Test
  void directMemory_isAllocatedInOneClass() {
    Set<String> callers =
        code.stream()
            .flatMap(type -> type.getMethodCallsFromSelf().stream())
            .filter(
                call ->
                    call.getTargetOwner().isEquivalentTo(ByteBuffer.class)
                        && call.getName().equals("allocateDirect"))
            .map(call -> call.getOriginOwner().getName())
            .collect(Collectors.toSet());
    assertThat(callers).hasSize(1);
  }

  /**
   * If a periodic task throws, the JDK's timers never run it again, and report nothing.
   * {@code Recurring} runs such a task again.
   */
  @Test
  void clocks_areSetByTheClassWhoseTasksOutliveWhatTheyThrow() {
    Set<String> callers =
        code.stream()
            .filter(type -> !type.getPackageName().startsWith("io.unipin.benchmarks"))
            .flatMap(type -> type.getMethodCallsFromSelf().stream())
            .filter(
                call ->
                    call.getName().equals("scheduleAtFixedRate")
                        || call.getName().equals("scheduleWithFixedDelay"))
            .map(call -> call.getOriginOwner().getName())
            .collect(Collectors.toSet());
    assertThat(callers).containsExactly("io.unipin.serving.threads.Recurring");
  }

  /**
   * A counter may read its value from another object. A registry has only a weak reference to this
   * object. Therefore only the method that keeps a strong reference to it may create such counters.
   */
  @Test
  void countersThatReadElsewhere_areMadeByOneMethod() {
    Set<String> makers =
        code.stream()
            .flatMap(type -> type.getMethodCallsFromSelf().stream())
            .filter(
                call ->
                    call.getName().equals("builder")
                        && WEAK_METERS.contains(call.getTargetOwner().getSimpleName())
                        && call.getTarget().getRawParameterTypes().size() == 3)
            .map(call -> call.getOrigin().getFullName())
            .collect(Collectors.toSet());
    assertThat(makers).hasSize(1);
  }

  @Test
  void files_areNeverMapped() {
    // If a mapped file is shortened, a read beyond its end crashes the process.
    noClasses()
        .should(
            callMethodWhere(
                describe(
                    "FileChannel.map",
                    (JavaMethodCall call) ->
                        call.getName().equals("map")
                            && call.getTargetOwner().isAssignableTo(FileChannel.class))))
        .check(code);
  }

  @Test
  void bfloat16_isNeverUsed() {
    // DJL crashes the process if a tensor has this type.
    noClasses().should().accessField("ai.djl.ndarray.types.DataType", "BFLOAT16").check(code);
  }

  @Test
  void exit_isCalledByTheCommandLineAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.unipin.cli..")
        .should(
            callMethodWhere(
                describe(
                    "System.exit or Runtime.halt",
                    (JavaMethodCall call) ->
                        (call.getName().equals("exit")
                                && call.getTargetOwner().isEquivalentTo(System.class))
                            || (call.getName().equals("halt")
                                && call.getTargetOwner().isEquivalentTo(Runtime.class)))))
        .check(code);
  }

  @Test
  void caches_areNotBoundedByANumberOfEntries() {
    // A LinkedHashMap can bound only the number of entries, but clients may choose large keys and
    // values. Caches must use Caffeine, which can bound their weight.
    noClasses().should().beAssignableTo(LinkedHashMap.class).check(code);
  }

  /**
   * Jackson's own mappers read 2.9 as the whole number 2. The console reads forms and not files, and
   * benchmarks read only files that they wrote.
   */
  @Test
  void mappersThatReadRecords_convertNoValues() {
    noClasses()
        .that(describe("read records", ArchitectureTest::readsRecords))
        .and()
        .resideOutsideOfPackages(
            "io.unipin.settings..", "io.unipin.serving.console..", "io.unipin.benchmarks..")
        .should()
        .callConstructor(ObjectMapper.class)
        .orShould()
        .callConstructor(JsonMapper.class)
        .orShould()
        .callMethod(JsonMapper.class, "builder")
        .check(code);
  }

  private static boolean readsRecords(JavaClass type) {
    return type.getMethodCallsFromSelf().stream()
        .anyMatch(
            call ->
                READS.contains(call.getName())
                    && (call.getTargetOwner().isAssignableTo(ObjectMapper.class)
                        || call.getTargetOwner().isEquivalentTo(ObjectReader.class)));
  }

  @Test
  void httpServers_areMadeInOnePlace() {
    // The JDK reads the limits of its HTTP servers only once. The package {@code serving.http} sets
    // the limits before it creates the first server.
    noClasses()
        .that()
        .resideOutsideOfPackage("io.unipin.serving.http..")
        .should()
        .callMethod(
            "com.sun.net.httpserver.HttpServer", "create", "java.net.InetSocketAddress", "int")
        .orShould()
        .callMethod("com.sun.net.httpserver.HttpServer", "create")
        .check(code);
  }
}

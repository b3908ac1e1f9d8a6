package io.unipin.benchmarks.trial;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.imports.Importer;
import io.unipin.feedlog.infer.DataFiles;
import io.unipin.feedlog.infer.Decisions;
import io.unipin.feedlog.infer.Inference;
import io.unipin.feedlog.infer.Inferred;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Infers and imports the benchmark's files, and compares the result with the files' true meaning.
 */
final class TrialFilesTest {
  @TempDir private Path folder;

  private List<TrialFile> files() throws IOException {
    Path data = Files.createDirectories(folder.resolve("data"));
    TrialFiles simulated = new TrialFiles(data, 120, 80);
    List<TrialFile> files = new ArrayList<>(simulated.write());
    files.addAll(new RealFiles(folder.resolve("absent"), data, simulated, true).write());
    return files;
  }

  /** Returns figures as the command {@code try} writes them. */
  private ObjectNode understood(TrialFile file) throws IOException {
    DataFiles files = DataFiles.of(file.place());
    Inferred inferred = Inference.of(files.profiles(), Decisions.none());
    Path mapping = folder.resolve(file.name() + ".yaml");
    Files.writeString(mapping, files.mapping(inferred));
    Path out = folder.resolve(file.name() + ".log");
    Importer.run(mapping, files.folder(), out, 0);
    FeedLog log = FeedLogReader.read(out, 0);
    ObjectNode results = new ObjectMapper().createObjectNode();
    results.set("inferred", new ObjectMapper().valueToTree(inferred.meanings()));
    return results.put("users", log.users()).put("items", log.catalogue().size());
  }

  @Test
  void write_sixFiles_eachIsUnderstood() throws IOException {
    List<TrialFile> files = files();
    assertThat(files).extracting(TrialFile::name).doesNotHaveDuplicates().hasSize(6);
    for (TrialFile file : files) {
      assertThat(TrialRun.differences(file, understood(file))).as(file.name()).isEmpty();
    }
  }

  @Test
  void differences_otherMeaning_saysWhich() throws IOException {
    TrialFile file = files().get(0);
    Map<String, String> meanings = new HashMap<>(file.meanings());
    meanings.put("item", "transactionid");
    meanings.put("session", "visit");
    TrialFile other = new TrialFile("", file.place(), meanings, file.users() + 1, file.items());
    assertThat(TrialRun.differences(other, understood(file)))
        .containsExactly(
            "item: transactionid expected, got itemid",
            "session: visit expected, got nothing",
            "%,d users expected, got %,d".formatted(file.users() + 1, file.users()));
  }

  @Test
  void results_countFilesAndTakeTheSlowest() {
    List<Map<String, Object>> files =
        List.of(
            Map.of("inferred", true, "above_popularity", true, "first_page_s", 31.5),
            Map.of("inferred", false, "above_popularity", true, "first_page_s", 42.25),
            Map.of("inferred", false, "above_popularity", false, "error", "it failed"));
    assertThat(TrialCommand.results(files))
        .containsEntry("inferred", 1L)
        .containsEntry("first_page_s_max", 42.25)
        .containsEntry("above_popularity", 2L);
  }
}

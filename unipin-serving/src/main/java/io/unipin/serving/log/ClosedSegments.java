package io.unipin.serving.log;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.log.segment.ClosedSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changes those segments of a log that take no more lines. Not thread-safe. */
final class ClosedSegments {
  private static final Logger logger = LoggerFactory.getLogger(ClosedSegments.class);

  private final String name;

  /** Segments that still exist and whose index was found complete. */
  private final Set<Path> verified = new HashSet<>();

  ClosedSegments(String name) {
    this.name = name;
  }

  /** Builds a segment's index if it is missing. */
  void prepare(Path segment) {
    try {
      verify(segment);
    } catch (IOException e) {
      if (Files.exists(segment)) {
        logger.warn("a segment of the {} log could not be indexed: erasures read it", name, e);
      }
    }
  }

  /** Checks once whether a segment's index is complete, and rebuilds it if it is not. */
  private void verify(Path segment) throws IOException {
    if (!verified.contains(segment)) {
      new ClosedSegment(segment).prepare();
      verified.add(segment);
    }
  }

  /** Forgets all segments except the given segments. */
  void retain(Collection<Path> segments) {
    verified.retainAll(segments);
  }

  /** Erases a user's lines from a segment. A deleted segment holds no lines. */
  boolean erase(Path segment, String user, List<Exception> failures) {
    try {
      verify(segment);
      return new ClosedSegment(segment).erase(user);
    } catch (IOException e) {
      if (Files.exists(segment)) {
        failures.add(e);
      }
      return false;
    }
  }

  /** Deletes a segment with its index. */
  void remove(Path segment) throws IOException {
    verified.remove(segment);
    new ClosedSegment(segment).delete();
  }

  /** Returns the failure of an erasure that did not reach all segments. */
  ServingException failure(List<Exception> failures) {
    ServingException failure =
        new ServingException(
            FailureKind.INTERNAL,
            "%s segments of the %s log could not be rewritten".formatted(failures.size(), name),
            failures.get(0));
    failures.subList(1, failures.size()).forEach(failure::addSuppressed);
    return failure;
  }
}

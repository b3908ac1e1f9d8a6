package io.unipin.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Finds locks that a call took and did not give back. */
final class FreeLocks {
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Deque<Object> left = new ArrayDeque<>();
  private int locks;

  private FreeLocks() {}

  /**
   * Checks all locks that can be reached from an object through fields of this package's classes.
   * No other thread may use the object meanwhile.
   *
   * @return the number of locks
   */
  static int check(Object root) {
    FreeLocks search = new FreeLocks();
    search.reach(root);
    while (!search.left.isEmpty()) {
      search.visit(search.left.remove());
    }
    return search.locks;
  }

  private void reach(@Nullable Object found) {
    if (found != null && seen.add(found)) {
      left.add(found);
    }
  }

  private void visit(Object found) {
    if (found instanceof ReentrantLock lock) {
      locks++;
      assertThat(lock.isLocked()).as("a lock is held: %s", lock).isFalse();
    } else if (found instanceof Map<?, ?> map) {
      map.values().forEach(this::reach);
    } else if (found instanceof Iterable<?> all) {
      all.forEach(this::reach);
    } else if (found instanceof Object[] all) {
      for (Object each : all) {
        reach(each);
      }
    } else if (found instanceof AtomicReference<?> reference) {
      reach(reference.get());
    } else if (found.getClass().getPackageName().equals(FreeLocks.class.getPackageName())) {
      visitFields(found);
    }
  }

  private void visitFields(Object found) {
    for (Class<?> type = found.getClass(); type != Object.class; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
          reach(value(field, found));
        }
      }
      if (type.isRecord() || type.isEnum()) {
        return;
      }
    }
  }

  private static @Nullable Object value(Field field, Object owner) {
    try {
      field.setAccessible(true);
      return field.get(owner);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(String.valueOf(e.getMessage()), e);
    }
  }
}

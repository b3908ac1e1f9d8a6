package io.unipin.serving.rpc;

/** Finds what serves a user. Thread-safe. */
public interface Routes {
  Route of(String user);
}

package io.unipin.cli;

import java.util.concurrent.Callable;

/**
 * A verb that another module adds to the command line.
 *
 * <p>It is a picocli command with a public constructor without arguments. Its module names it in
 * {@code META-INF/services}.
 */
public interface Verb extends Callable<Integer> {}

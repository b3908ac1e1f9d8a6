package io.unipin.cli;

import java.util.concurrent.Callable;

/**
 * A verb that another module adds to the command line.
 *
 * <p>A verb is a picocli command with a public constructor without arguments. The verb's module
 * names the class in {@code META-INF/services}.
 */
public interface Verb extends Callable<Integer> {}

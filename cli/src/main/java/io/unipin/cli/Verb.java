package io.unipin.cli;

import java.util.concurrent.Callable;

/**
 * A command that another module adds to the command line.
 *
 * <p>It is a picocli command with a public constructor without arguments. The command's module
 * names the class in {@code META-INF/services}.
 */
public interface Verb extends Callable<Integer> {}

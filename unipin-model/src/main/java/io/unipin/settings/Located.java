package io.unipin.settings;

/**
 * A text of a file, with its place in the file. A later error about the text can name the place.
 */
public record Located(String text, Place place) {}

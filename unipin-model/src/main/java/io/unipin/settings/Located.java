package io.unipin.settings;

/** A text of a file with its place there, for those who find out later what is wrong with it. */
public record Located(String text, Place place) {}

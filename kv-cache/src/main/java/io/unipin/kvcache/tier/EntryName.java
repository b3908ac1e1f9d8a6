package io.unipin.kvcache.tier;

/** The name of an entry in a tier: a user under one model. */
public record EntryName(Id user, Id model) {}

package io.unipin.kvcache;

/** The parts of a cache to which a lease reports. Thread-safe. */
record LeaseHost(EntryStore entries, WriterSlots writers, LeaseLedger ledger, Tiers tiers) {}

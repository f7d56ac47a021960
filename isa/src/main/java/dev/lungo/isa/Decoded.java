package dev.lungo.isa;

/** What the decoder makes of some bytes. */
public sealed interface Decoded permits Instruction, Undecodable {}

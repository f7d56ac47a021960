package dev.lungo.isa;

/** Why bytes are no instruction. */
public enum Undecodable implements Decoded {
    /** An undefined or reserved form: the processor raises #UD. */
    INVALID,
    /** More than 15 bytes: the processor raises #GP(0). */
    TOO_LONG,
    /** The bytes end before the instruction does; more are needed to tell. */
    TRUNCATED
}

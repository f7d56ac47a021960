package dev.lungo.cpu.op;

import dev.lungo.isa.Mnemonic;

/** The conditions of Jcc, SETcc and CMOVcc, by their mnemonics. */
final class Conditions {
    private static final String[] SUFFIXES = {
        "O", "NO", "B", "NB", "Z", "NZ", "BE", "NBE", "S", "NS", "P", "NP", "L", "NL", "LE", "NLE"
    };

    private Conditions() {}

    /** The encoding, 0 to 15, of the condition behind this prefix in the instruction's name. */
    static int of(Mnemonic mnemonic, String prefix) {
        String suffix = mnemonic.name().substring(prefix.length());
        for (int code = 0; code < SUFFIXES.length; code++) {
            if (SUFFIXES[code].equals(suffix)) {
                return code;
            }
        }
        throw new IllegalArgumentException(mnemonic + " has no condition");
    }
}

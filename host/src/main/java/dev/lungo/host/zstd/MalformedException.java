package dev.lungo.host.zstd;

/** What was to be decompressed is damaged. Thrown often by nobody but fuzzers. */
public final class MalformedException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedException(String how) {
        super(how);
    }

    static void require(boolean holds, String otherwise) throws MalformedException {
        if (!holds) {
            throw new MalformedException(otherwise);
        }
    }
}

package dev.lungo.toolchain.inside;

/** What becomes of an exception that main does not catch: a line, and main has ended. */
public final class Uncaught {
    private Uncaught() {}

    public static void report(Throwable thrown) {
        System.err.println("Exception in thread \"main\" " + thrown);
    }
}

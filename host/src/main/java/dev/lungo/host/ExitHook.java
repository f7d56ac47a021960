package dev.lungo.host;

/** Something to be done when the process ends, be it told to by SIGINT, SIGTERM or SIGHUP. */
public final class ExitHook {
    private final Thread thread;

    /**
     * @param action what is done, on a thread of its own and while all others go on
     */
    public ExitHook(String name, Runnable action) {
        thread = new Thread(action, name);
    }

    /** From now on. False when the process is ending already: then it is not done. */
    public boolean add() {
        try {
            Runtime.getRuntime().addShutdownHook(thread);
            return true;
        } catch (IllegalStateException _) {
            return false;
        }
    }

    /** No more. False when the process is ending already: then it is being done, or was. */
    public boolean remove() {
        try {
            Runtime.getRuntime().removeShutdownHook(thread);
            return true;
        } catch (IllegalStateException _) {
            return false;
        }
    }
}

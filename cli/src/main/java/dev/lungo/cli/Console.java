package dev.lungo.cli;

import dev.lungo.cli.monitor.LineEditor;
import dev.lungo.cli.monitor.Monitor;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/**
 * What the user's keys do: they go to the guest's serial port or to the monitor, and those after
 * Ctrl-A are for Lungo itself.
 */
final class Console {
    private static final byte CTRL_A = 1;
    private static final String HELP =
            """

            Ctrl-A h       this help
            Ctrl-A x       ends the machine
            Ctrl-A c       goes to the monitor, and back
            Ctrl-A Ctrl-A  sends Ctrl-A
            """;

    private final Runnable quit;
    private final Monitor monitor;
    private final LineEditor line;
    private final PrintStream out;
    private boolean escaped;
    private boolean inMonitor;

    /**
     * @param quit ends the machine
     */
    Console(Runnable quit, Monitor monitor, PrintStream out) {
        this.quit = quit;
        this.monitor = monitor;
        this.out = out;
        line = new LineEditor(out);
    }

    /** Takes the first {@code count} bytes: those for the guest's serial port. */
    byte[] type(byte[] bytes, int count) {
        ByteArrayOutputStream forGuest = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            if (escaped) {
                escaped = false;
                command(bytes[i], forGuest);
            } else if (bytes[i] == CTRL_A) {
                escaped = true;
            } else if (inMonitor) {
                line.type(bytes[i]).ifPresent(this::execute);
            } else {
                forGuest.write(bytes[i]);
            }
        }
        return forGuest.toByteArray();
    }

    private void command(byte key, ByteArrayOutputStream forGuest) {
        switch (key) {
            case 'x', 'X', 0x18 -> quit.run();
            case 'c', 'C', 0x03 -> {
                if (inMonitor) {
                    leave();
                } else {
                    inMonitor = true;
                    out.println();
                    line.prompt();
                }
            }
            case CTRL_A -> {
                if (!inMonitor) {
                    forGuest.write(CTRL_A);
                }
            }
            default -> {
                out.print(HELP);
                out.flush();
            }
        }
    }

    private void execute(String command) {
        switch (monitor.execute(command)) {
            case STAY -> line.prompt();
            case TO_GUEST -> leave();
            case QUIT -> quit.run();
        }
    }

    private void leave() {
        inMonitor = false;
        out.println();
        out.flush();
    }
}

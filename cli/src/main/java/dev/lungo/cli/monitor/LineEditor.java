package dev.lungo.cli.monitor;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Optional;

/** Enough of an editor for one line on a raw terminal: erase a character, erase all, enter. */
public final class LineEditor {
    private static final String PROMPT = "(lungo) ";
    private static final int LONGEST = 1024;

    private final PrintStream out;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    public LineEditor(PrintStream out) {
        this.out = out;
    }

    public void prompt() {
        out.print(PROMPT);
        out.flush();
    }

    /** Takes a key; the line, when it is complete. */
    public Optional<String> type(byte key) {
        switch (key) {
            case '\r', '\n' -> {
                String entered = line.toString(UTF_8);
                line.reset();
                out.println();
                return Optional.of(entered);
            }
            case 0x7F, '\b' -> erase(Math.min(1, line.size()));
            case 0x03, 0x15 -> erase(line.size()); // Ctrl-C, Ctrl-U
            default -> {
                if (key >= ' ' && line.size() < LONGEST) {
                    line.write(key);
                    out.write(key);
                }
            }
        }
        out.flush();
        return Optional.empty();
    }

    private void erase(int count) {
        byte[] rest = Arrays.copyOf(line.toByteArray(), line.size() - count);
        line.reset();
        line.writeBytes(rest);
        out.print("\b \b".repeat(count));
    }
}

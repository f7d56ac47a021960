package dev.lungo.firmware.uefi.manager;

import dev.lungo.firmware.uefi.boottime.EventServices;
import dev.lungo.firmware.uefi.protocol.SerialTerminal;
import dev.lungo.firmware.uefi.protocol.SimpleTextInput;
import dev.lungo.firmware.uefi.protocol.SimpleTextOutput;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the boot manager asks who sits at the console. */
public final class BootMenu {
    private static final long TICK_NANOS = 50_000_000;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final int ESCAPE = 0x17;

    private final SimpleTextInput input;
    private final SimpleTextOutput output;
    private final EventServices events;

    public BootMenu(SimpleTextInput input, SimpleTextOutput output, EventServices events) {
        this.input = input;
        this.output = output;
        this.events = events;
    }

    /** Waits for so many seconds; true as soon as Escape is pressed, false for another key. */
    boolean isWanted(int seconds) {
        output.print("Press Escape for a menu, another key to start at once.\r\n");
        for (long left = seconds * NANOS_PER_SECOND; left > 0; left -= TICK_NANOS) {
            SerialTerminal.Key key = input.take();
            if (key != null) {
                return key.scan() == ESCAPE;
            }
            events.stall(TICK_NANOS);
        }
        return false;
    }

    /** The index of what is chosen, or -1 for the usual order. */
    int choose(List<String> choices) {
        output.print("\r\n");
        for (int i = 0; i < choices.size(); i++) {
            output.print("  " + (i + 1) + "  " + choices.get(i) + "\r\n");
        }
        output.print("Type a number, or Enter for the usual order: ");
        int number = 0;
        while (true) {
            SerialTerminal.@Nullable Key key = input.take();
            if (key == null) {
                events.stall(TICK_NANOS);
            } else if (key.character() >= '0' && key.character() <= '9') {
                number = Math.min(number * 10 + key.character() - '0', 9999);
                output.print("" + key.character());
            } else if (key.character() == '\r' || key.scan() == ESCAPE) {
                output.print("\r\n");
                boolean known = number >= 1 && number <= choices.size();
                return known && key.character() == '\r' ? number - 1 : -1;
            }
        }
    }
}

package dev.lungo.cli.trace;

import dev.lungo.cli.Refusal;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The things that {@code --trace} can list. */
public enum Trace {
    /** Every instruction before it is executed. */
    INSTRUCTIONS,
    /** What would leave a hardware-assisted guest: port and MMIO accesses. */
    EXITS,
    /** Port accesses. */
    PORTS;

    /** A comma-separated list. */
    public static Set<Trace> parse(String text) {
        Set<Trace> traces = EnumSet.noneOf(Trace.class);
        for (String word : text.split(",", -1)) {
            traces.add(
                    switch (word) {
                        case "instructions" -> INSTRUCTIONS;
                        case "exits" -> EXITS;
                        case "ports" -> PORTS;
                        default ->
                                throw new Refusal(
                                        "--trace takes instructions, exits and ports, not \""
                                                + word.toLowerCase(Locale.ROOT)
                                                + "\"");
                    });
        }
        return traces;
    }
}

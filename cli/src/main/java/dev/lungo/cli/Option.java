package dev.lungo.cli;

import java.util.List;

/**
 * An option that a command has.
 *
 * @param name with its dashes
 * @param parameter how its value is called, or empty if it has none
 */
record Option(String name, String parameter, String description) {
    boolean takesValue() {
        return !parameter.isEmpty();
    }

    /** One line each, in columns. */
    static String help(List<Option> options) {
        StringBuilder text = new StringBuilder();
        for (Option each : options) {
            String left = each.name + (each.takesValue() ? " " + each.parameter : "");
            text.append("  %-32s %s%n".formatted(left, each.description));
        }
        return text.toString();
    }
}

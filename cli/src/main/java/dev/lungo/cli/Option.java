package dev.lungo.cli;

import java.util.List;

/**
 * An option that a command has.
 *
 * @param name with its dashes
 * @param parameter how its value is called, or empty if it has none
 * @param repeatable whether it may be given more than once
 */
record Option(String name, String parameter, String description, boolean repeatable) {
    Option(String name, String parameter, String description) {
        this(name, parameter, description, false);
    }

    static Option repeatable(String name, String parameter, String description) {
        return new Option(name, parameter, description, true);
    }

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

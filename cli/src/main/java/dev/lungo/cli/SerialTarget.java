package dev.lungo.cli;

/** What {@code --serial} says. */
sealed interface SerialTarget {
    /** The terminal, or whatever standard input and output are. */
    record Stdio() implements SerialTarget {}

    record ToFile(String name) implements SerialTarget {}

    record None() implements SerialTarget {}

    static SerialTarget parse(String text) {
        if (text.startsWith("file:") && text.length() > "file:".length()) {
            return new ToFile(text.substring("file:".length()));
        }
        return switch (text) {
            case "stdio" -> new Stdio();
            case "none" -> new None();
            default ->
                    throw new Refusal(
                            "--serial takes stdio, file:NAME or none, not \"" + text + "\"");
        };
    }
}

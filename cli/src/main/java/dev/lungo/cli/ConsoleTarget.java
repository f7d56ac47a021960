package dev.lungo.cli;

import dev.lungo.host.console.FileConsole;
import dev.lungo.host.console.PtyConsole;
import dev.lungo.host.console.UnixConsole;
import dev.lungo.machine.BackendException;
import dev.lungo.machine.ConsoleBackend;
import java.io.FileDescriptor;
import java.io.FileOutputStream;

/** What one {@code --console} says. */
sealed interface ConsoleTarget {
    /** The terminal, or whatever standard input and output are. */
    record Stdio() implements ConsoleTarget {}

    record ToFile(String name) implements ConsoleTarget {}

    record Unix(String name) implements ConsoleTarget {}

    record Pty() implements ConsoleTarget {}

    static ConsoleTarget parse(String text) {
        String[] parts = text.split(":", 2);
        boolean named = parts.length == 2 && !parts[1].isEmpty();
        if (named && parts[0].equals("file")) {
            return new ToFile(parts[1]);
        }
        if (named && parts[0].equals("unix")) {
            return new Unix(parts[1]);
        }
        return switch (text) {
            case "stdio" -> new Stdio();
            case "pty" -> new Pty();
            default ->
                    throw new Refusal(
                            "--console takes stdio, file:NAME, unix:NAME or pty, not \""
                                    + text
                                    + "\"");
        };
    }

    default ConsoleBackend open() {
        try {
            return switch (this) {
                case Stdio _ ->
                        new StreamConsole(
                                new StreamBackend(new FileOutputStream(FileDescriptor.out)));
                case ToFile(String name) -> FileConsole.open(InputFile.path("--console", name));
                case Unix(String name) -> UnixConsole.listen(InputFile.path("--console", name));
                case Pty _ -> {
                    PtyConsole console = PtyConsole.open();
                    System.err.println("lungo: the console is " + console.name());
                    yield console;
                }
            };
        } catch (BackendException e) {
            throw new Refusal("--console: " + e.getMessage());
        }
    }
}

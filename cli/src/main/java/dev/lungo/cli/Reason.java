package dev.lungo.cli;

import static java.util.Locale.ROOT;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why a file could not be read or written, in the words of the system. */
public final class Reason {
    private Reason() {}

    /** The reason, to be appended to a sentence. */
    public static String of(IOException e) {
        String reason =
                switch (e) {
                    case NoSuchFileException _ -> "no such file or directory";
                    case AccessDeniedException _ -> "permission denied";
                    case FileSystemException named when named.getReason() != null ->
                            named.getReason().toLowerCase(ROOT);
                    default -> ofMessage(String.valueOf(e.getMessage()));
                };
        return ": " + reason;
    }

    /** A stream's exception has it in parentheses behind the name, others behind a colon. */
    private static String ofMessage(String message) {
        int parenthesis = message.lastIndexOf('(');
        return message.endsWith(")") && parenthesis >= 0
                ? message.substring(parenthesis + 1, message.length() - 1).toLowerCase(ROOT)
                : message.substring(message.lastIndexOf(": ") + 1).strip().toLowerCase(ROOT);
    }
}

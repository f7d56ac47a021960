package dev.lungo.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number of bytes as people write it: 512M, 2G, 65536K, 1048576. */
final class ByteSize {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18})([KMGT]?)(i?B)?");

    private ByteSize() {}

    static long parse(String option, String text) {
        Matcher form = FORM.matcher(text.toUpperCase(java.util.Locale.ROOT).replace("IB", "iB"));
        if (!form.matches()) {
            throw new Refusal(option + " takes a size such as 512M or 2G, not \"" + text + "\"");
        }
        int shift =
                switch (form.group(2)) {
                    case "K" -> 10;
                    case "M" -> 20;
                    case "G" -> 30;
                    case "T" -> 40;
                    default -> 0;
                };
        try {
            return Math.multiplyExact(Long.parseLong(form.group(1)), 1L << shift);
        } catch (ArithmeticException _) {
            throw new Refusal(option + " " + text + " is more than a machine can have");
        }
    }
}

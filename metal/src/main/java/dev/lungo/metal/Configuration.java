package dev.lungo.metal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a text says that is read when the machine starts: lines of {@code key = value}, empty lines,
 * and comments from a {@code #} at the beginning of a line on. A hypervisor may ask for keys of its
 * own in {@link Hypervisor#begin(Intercepts, Configuration)}; a key that nobody has asked for by
 * then is an error.
 *
 * <p>Numbers are decimal, or hexadecimal with {@code 0x} before or {@code h} behind.
 */
public final class Configuration {
    private static final class Setting {
        final String key;
        final String value;
        final int line;
        boolean known;

        Setting(String key, String value, int line) {
            this.key = key;
            this.value = value;
            this.line = line;
        }
    }

    private final List<Setting> settings = new ArrayList<>();

    /** What is wrong with the text, first of all; or empty. */
    private String trouble = "";

    private Configuration() {}

    /** What a text says; what is wrong with it, {@link #check} tells. */
    public static Configuration of(String text) {
        Configuration configuration = new Configuration();
        int line = 1;
        int from = 0;
        while (from < text.length()) {
            int to = text.indexOf('\n', from);
            if (to < 0) {
                to = text.length();
            }
            configuration.add(text.substring(from, to).trim(), line);
            line++;
            from = to + 1;
        }
        return configuration;
    }

    private void add(String text, int line) {
        if (text.isEmpty() || text.charAt(0) == '#') {
            return;
        }
        int equals = text.indexOf('=');
        if (equals <= 0) {
            complain("line " + line + " of the configuration is no key = value");
            return;
        }
        String key = text.substring(0, equals).trim();
        if (find(key) != null) {
            complain("line " + line + " of the configuration has " + key + " once more");
            return;
        }
        settings.add(new Setting(key, text.substring(equals + 1).trim(), line));
    }

    private void complain(String sentence) {
        if (trouble.isEmpty()) {
            trouble = sentence;
        }
    }

    private @Nullable Setting find(String key) {
        for (int i = 0; i < settings.size(); i++) {
            Setting setting = settings.get(i);
            if (setting.key.equals(key)) {
                setting.known = true;
                return setting;
            }
        }
        return null;
    }

    /** The value of a key. */
    public String get(String key, String ifAbsent) {
        Setting setting = find(key);
        return setting == null ? ifAbsent : setting.value;
    }

    /**
     * The value of a key, as a number.
     *
     * @throws IllegalStateException if it is none
     */
    public long number(String key, long ifAbsent) {
        Setting setting = find(key);
        return setting == null ? ifAbsent : number(setting);
    }

    private static long number(Setting setting) {
        String digits = setting.value;
        int radix = 10;
        if (digits.startsWith("0x")) {
            digits = digits.substring(2);
            radix = 16;
        } else if (digits.endsWith("h")) {
            digits = digits.substring(0, digits.length() - 1);
            radix = 16;
        }
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = Character.digit(digits.charAt(i), radix);
            if (digit < 0 || i == 16) {
                throw noNumber(setting);
            }
            value = value * radix + digit;
        }
        if (digits.isEmpty()) {
            throw noNumber(setting);
        }
        return value;
    }

    private static IllegalStateException noNumber(Setting setting) {
        return new IllegalStateException(
                "line "
                        + setting.line
                        + " of the configuration has a "
                        + setting.key
                        + " that is no number");
    }

    /**
     * After everybody has asked for what they know.
     *
     * @throws IllegalStateException with one sentence, if something is wrong with the text
     */
    public void check() {
        for (int i = 0; i < settings.size() && trouble.isEmpty(); i++) {
            Setting setting = settings.get(i);
            if (!setting.known) {
                complain(
                        "line "
                                + setting.line
                                + " of the configuration has an unknown key: "
                                + setting.key);
            }
        }
        if (!trouble.isEmpty()) {
            throw new IllegalStateException(trouble);
        }
    }
}

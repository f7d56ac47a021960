package dev.lungo.firmware;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which services were called: by whom, how often, with which answers, and what was asked for and is
 * not there. For any thread.
 */
public final class Report {
    /** Where nobody wants one. */
    public static final Report NONE = new Report(false);

    /** A guest can call from anywhere, with anything; what comes later is only counted. */
    private static final int MOST_SERVICES = 1024;

    private static final int MOST_CALLERS = 8;
    private static final int MOST_ANSWERS = 8;

    private static final String OTHERS = "others";
    private static final String DIGITS = "0123456789ABCDEF";

    private static final class Row {
        final Map<String, Integer> callers = new TreeMap<>();
        final Map<String, Integer> answers = new TreeMap<>();
        int calls;
        boolean isThere = true;
    }

    private final boolean wanted;
    private final Map<String, Row> rows = new TreeMap<>();

    private Report(boolean wanted) {
        this.wanted = wanted;
    }

    public static Report wanted() {
        return new Report(true);
    }

    /** Whether it is worth while to say who calls what. */
    public boolean isWanted() {
        return wanted;
    }

    /**
     * A service was called, and answered.
     *
     * @param service its name, as the specification has it
     * @param caller where from: an image and an offset in it, or an address
     * @param answer success, or an error
     * @param isThere whether there is such a service, or function of it
     */
    public synchronized void called(String service, String caller, String answer, boolean isThere) {
        if (!wanted) {
            return;
        }
        boolean hasRoom = rows.size() < MOST_SERVICES || rows.containsKey(service);
        Row row = rows.computeIfAbsent(hasRoom ? service : OTHERS, _ -> new Row());
        row.calls++;
        row.isThere &= isThere;
        count(row.callers, caller, MOST_CALLERS);
        count(row.answers, answer, MOST_ANSWERS);
    }

    private static void count(Map<String, Integer> counts, String key, int most) {
        String used = counts.containsKey(key) || counts.size() < most ? key : OTHERS;
        counts.merge(used, 1, Integer::sum);
    }

    /** A line for each service, and then for each that is not there. */
    public synchronized String text() {
        StringBuilder out = new StringBuilder();
        List<Map.Entry<String, Row>> missing = new ArrayList<>();
        for (Map.Entry<String, Row> each : rows.entrySet()) {
            if (each.getValue().isThere) {
                append(out, each);
            } else {
                missing.add(each);
            }
        }
        if (!missing.isEmpty()) {
            out.append("asked for and not there:\n");
            missing.forEach(each -> append(out, each));
        }
        return out.toString();
    }

    private static void append(StringBuilder out, Map.Entry<String, Row> each) {
        Row row = each.getValue();
        out.append(each.getKey()).append(": ").append(row.calls).append(" times, ");
        append(out, row.answers);
        out.append(", from ");
        append(out, row.callers);
        out.append('\n');
    }

    private static void append(StringBuilder out, Map<String, Integer> counts) {
        String separator = "";
        for (Map.Entry<String, Integer> each : counts.entrySet()) {
            out.append(separator).append(each.getKey());
            if (counts.size() > 1) {
                out.append(" (").append(each.getValue()).append(')');
            }
            separator = ", ";
        }
    }

    /** A number in hexadecimal digits. */
    public static String hex(long value, int digits) {
        StringBuilder out = new StringBuilder();
        for (int i = digits - 1; i >= 0; i--) {
            out.append(DIGITS.charAt((int) (value >>> 4 * i) & 0xF));
        }
        return out.toString();
    }
}

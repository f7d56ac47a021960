package dev.lungo.conformance.isa;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects what no rule accepts: one example of each shape, and how many there were. */
final class Unexplained {
    private static final int SHAPES = 200;

    private final List<Accepted> accepted;
    private final Map<String, Difference> examples = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new LinkedHashMap<>();
    private long compared;

    Unexplained(List<Accepted> accepted) {
        this.accepted = accepted;
    }

    void consider(Difference difference) {
        compared++;
        if (difference.isNone() || Accepted.any(accepted, difference)) {
            return;
        }
        String shape = difference.shape();
        if (counts.merge(shape, 1, Integer::sum) == 1 && examples.size() < SHAPES) {
            examples.put(shape, difference);
        }
    }

    long compared() {
        return compared;
    }

    /** A line for each shape, the most frequent first. */
    List<String> report() {
        var lines = new ArrayList<String>();
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .filter(each -> examples.containsKey(each.getKey()))
                .forEach(each ->
                        lines.add(each.getValue() + " like " + examples.get(each.getKey())));
        return lines;
    }
}

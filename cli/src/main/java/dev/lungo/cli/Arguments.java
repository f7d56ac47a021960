package dev.lungo.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What follows a command's name: options, with values or without, and operands. A value is the next
 * word, or follows an equals sign.
 *
 * <p>A library would do this too. The usual one has class files so old that the JVM cannot keep
 * them in an AOT cache, and took longer to load than all else together.
 */
final class Arguments {
    private final Map<String, List<String>> values = new HashMap<>();
    private final List<String> operands = new ArrayList<>();

    private Arguments() {}

    /** Reads the words from {@code from} on. */
    static Arguments parse(List<Option> options, String[] words, int from) {
        Arguments arguments = new Arguments();
        for (int i = from; i < words.length; i++) {
            String word = words[i];
            if (!word.startsWith("-")) {
                arguments.operands.add(word);
                continue;
            }
            int equals = word.indexOf('=');
            Option option = find(options, equals < 0 ? word : word.substring(0, equals));
            String value;
            if (!option.takesValue()) {
                if (equals >= 0) {
                    throw new Refusal(option.name() + " takes no value");
                }
                value = "";
            } else if (equals >= 0) {
                value = word.substring(equals + 1);
            } else if (++i < words.length) {
                value = words[i];
            } else {
                throw new Refusal(option.name() + " needs a value: " + option.parameter());
            }
            List<String> given =
                    arguments.values.computeIfAbsent(option.name(), _ -> new ArrayList<>());
            given.add(value);
            if (given.size() > 1 && !option.repeatable()) {
                throw new Refusal(option.name() + " is given twice");
            }
        }
        return arguments;
    }

    private static Option find(List<Option> options, String name) {
        return options.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new Refusal(
                                "there is no option "
                                        + name
                                        + "; \"lungo run --help\" lists them"));
    }

    boolean has(String option) {
        return values.containsKey(option);
    }

    Optional<String> value(String option) {
        return values(option).stream().findFirst();
    }

    String value(String option, String otherwise) {
        return value(option).orElse(otherwise);
    }

    /** All that were given, in their order. */
    List<String> values(String option) {
        return values.getOrDefault(option, List.of());
    }

    List<String> operands() {
        return List.copyOf(operands);
    }
}

package dev.lungo.toolchain.compile;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What TeaVM says it cannot compile, as one sentence with the construct and its place. */
final class Problem {
    // In TeaVM's texts {{m0}} stands for the first parameter, a method here.
    private static final Pattern PARAMETER = Pattern.compile("\\{\\{[a-z]+(\\d+)}}");

    private Problem() {}

    static String describe(Object problem) {
        Object[] parameters = (Object[]) TeaVm.call(problem, "getParams");
        Matcher matcher = PARAMETER.matcher((String) TeaVm.call(problem, "getText"));
        String text =
                matcher.replaceAll(match ->
                        Matcher.quoteReplacement(
                                parameters[Integer.parseInt(match.group(1))].toString()));
        Object location = TeaVm.call(problem, "getLocation");
        return "cannot be compiled ahead of time: " + text + place(location);
    }

    private static String place(Object location) {
        if (location == null || TeaVm.call(location, "getMethod") == null) {
            return "";
        }
        Object source = TeaVm.call(location, "getSourceLocation");
        return " (in "
                + TeaVm.call(location, "getMethod")
                + (source == null ? "" : ", " + source)
                + ")";
    }
}

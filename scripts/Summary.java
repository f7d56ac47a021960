import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Sums up the reports of a test run: which tests failed, which did not run and why. */
final class Summary {
    private static final int CRASH_LINES = 60;

    private final List<String> failed = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private int passed;

    /**
     * @param arguments the exit status of the build, then what could not be set up
     */
    public static void main(String[] arguments) throws Exception {
        Summary summary = new Summary();
        try (Stream<Path> files = Files.walk(Path.of("."), 4)) {
            DocumentBuilder parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
            for (Path report : files.filter(Summary::isReport).sorted().toList()) {
                summary.add(parser.parse(report.toFile()).getElementsByTagName("testcase"));
            }
        }
        if (!arguments[0].equals("0") && summary.failed.isEmpty()) {
            summary.failed.add("the build itself; its output is above");
        }
        System.out.println();
        printCrashes();
        for (int i = 1; i < arguments.length; i++) {
            System.out.println("Not set up: " + arguments[i]);
        }
        summary.skipped.forEach(each -> System.out.println("Did not run: " + each));
        summary.failed.forEach(each -> System.out.println("Failed: " + each));
        System.out.printf(
                "%d passed, %d failed, %d skipped%n",
                summary.passed, summary.failed.size(), summary.skipped.size());
        System.exit(summary.failed.isEmpty() ? 0 : 1);
    }

    /** What a virtual machine of Java left when it crashed, as far as its cause. */
    private static void printCrashes() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("."), 2)) {
            for (Path log : files.filter(Summary::isCrash).sorted().toList()) {
                System.out.println(log + ":");
                try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
                    lines.limit(CRASH_LINES).forEach(System.out::println);
                }
            }
        }
    }

    private static boolean isCrash(Path file) {
        return file.getFileName().toString().matches("hs_err_pid\\d+\\.log");
    }

    private static boolean isReport(Path file) {
        Path directory = file.getParent();
        String name = file.getFileName().toString();
        return directory != null
                && directory.endsWith("surefire-reports")
                && name.startsWith("TEST-")
                && name.endsWith(".xml");
    }

    private void add(NodeList tests) throws IOException {
        for (int i = 0; i < tests.getLength(); i++) {
            Element test = (Element) tests.item(i);
            String name = test.getAttribute("classname") + " " + test.getAttribute("name");
            if (has(test, "failure") || has(test, "error")) {
                failed.add(name);
            } else if (has(test, "skipped")) {
                skipped.add(name + ": " + reason((Element) test.getElementsByTagName("skipped").item(0)));
            } else {
                passed++;
            }
        }
    }

    /** In an attribute, or behind the name of the exception in the text. */
    private static String reason(Element skipped) {
        String text = skipped.getAttribute("message");
        if (text.isEmpty()) {
            text = skipped.getTextContent().strip().lines().findFirst().orElse("");
            text = text.substring(text.indexOf(": ") + 1).strip();
        }
        return text.replaceFirst("^Assumption failed: ", "").replaceFirst("^not run: ", "");
    }

    private static boolean has(Element test, String kind) {
        return test.getElementsByTagName(kind).getLength() > 0;
    }
}
